// The reports that the bench sends: one JSON a line, about 300 bytes of Chinese, each with a category and a point inside
// a grid of the sample city, three in ten with an address. Drawn by a generator with a fixed seed, so that two runs
// send the same. Anonymous: what sealing costs is no part of the figures.
const OPENINGS = ['您好，', '你好，我是这里的住户，', '麻烦反映一下，', '请问这件事谁来管？', '我们院里几家人商量后来反映，', '再次反映，', ''];
const WHEN = ['从上周开始', '已经有半个多月', '这两天', '每天早晚', '前天下雨以后', '入冬以来', '昨天夜里起'];
const WHERE = ['单元门口', '小区北门', '楼后的人行道上', '大院东侧围墙边', '路口往南五十米', '学校门前', '垃圾站旁边', '三号楼前的空地上'];
const WHAT = [
    '没有人处理，住户进出都很不方便，老人和孩子走到这里要绕到机动车道上去',
    '问过物业，物业说不归他们管，让找社区，来回问了几次都没有结果',
    '情况越来越严重，白天还好一些，到了晚上没有灯，很容易出事',
    '影响了整栋楼的日常生活，大家意见很大，有几户已经写了联名信',
    '之前有人来看过，拍了照片就走了，到现在还是老样子',
];
const MORE = [
    '附近还有一所小学，上下学的时候人特别多',
    '打过热线，也在业主群里说过，都没有下文',
    '旁边的商户也反映过同样的问题',
    '我可以到现场指给工作人员看',
    '去年也出现过一次，后来修好了，今年又坏了',
];
const WISH = ['希望尽快派人来看看，谢谢。', '请社区帮忙协调，早点解决。', '盼回复。', '麻烦安排人到现场核实一下，辛苦了！', '希望能给一个明确的时间。'];

/** mulberry32 */
function generator(seed) {
    return () => {
        seed = (seed + 0x6d2b79f5) | 0;
        let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
}

/** points: [[lon, lat]…], categories: [{code, name}…], addresses: [text…]; n lines; even: each point as often as the
 *  others. */
function bodies(points, categories, addresses, { n = 4096, even = false } = {}) {
    const random = generator(20261123);
    const one = (list) => list[Math.floor(random() * list.length)];
    const lines = [];
    for (let i = 0; i < n; i++) {
        const category = one(categories), [lon, lat] = even ? points[i % points.length] : one(points);
        const report = {
            text: `${one(OPENINGS)}${one(WHEN)}${one(WHERE)}${category.name}，${one(WHAT)}。${one(MORE)}。${one(WISH)}`,
            category: category.code, lat, lon,
        };
        if (random() < 0.3)
            report.address = one(addresses);
        lines.push(JSON.stringify(report));
    }
    return lines.join('\n') + '\n';
}

/** From the city that the instance has; sql: a Psql. points: instead of those of all micro-grids, each as often. */
export async function reportBodies(sql, points) {
    const all = (await sql.ask(`SELECT round(ST_X(point)::numeric, 6), round(ST_Y(point)::numeric, 6) FROM areas
        WHERE level = 'micro' AND point IS NOT NULL AND valid_to IS NULL ORDER BY code`)).map((row) => row.map(Number));
    const categories = (await sql.ask(`SELECT code, name FROM categories WHERE parent IS NOT NULL AND retired_at IS NULL
        ${points ? "AND NOT restricted AND workflow = 'request'" : ''} ORDER BY code`)).map(([code, name]) => ({ code, name }));
    const addresses = (await sql.ask('SELECT name FROM places ORDER BY code')).map(([name]) => name);
    return points ? bodies(points, categories, addresses, { n: 8 * points.length, even: true }) : bodies(all, categories, addresses);
}
