/* A file as people save it, on its way to the reader: a spreadsheet (.xlsx) through xlsx2csv, a CSV
 * that is no UTF-8 as GB18030 (GBK) through iconv, each in a helper process within limits. */
#pragma once

struct import;
struct wg_helper;
struct wg_service;

struct wg_helper *convert_new(struct wg_service *service);
/* Goes on from the body in import->upload, which is mapped; import_run follows. */
void convert_run(struct import *import);
