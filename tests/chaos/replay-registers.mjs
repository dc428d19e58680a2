// What the replayer knows of the city: who holds which post where, who acts for a party, what a category says, how a
// calendar counts. All of it plain rows, as replay.mjs read them, so that a test may spoil a copy.
import { WorkTime } from '../lib/worktime.mjs';

const TOLD_MOST = 8; // of one role, or of one party
const LEVELS = ['grid', 'community', 'street', 'district'];

export const raised = (level, by) => LEVELS[LEVELS.indexOf(level) + by] ?? level;

const keyed = (rows, key) => new Map(rows.map((row) => [row[key], row]));

function grouped(rows, key) {
    const groups = new Map();
    for (const row of rows)
        groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
    return groups;
}

export class Registers {
    constructor(data) {
        Object.assign(this, { rules: keyed(data.rules, 'rule'), flows: new Map(data.workflows.map((row) => [row.id, row.definition])),
            calendars: new Map(data.calendars.map((row) => [`${row.code}/${row.version}`, new WorkTime(row.definition)])),
            categories: keyed(data.categories, 'code'), areas: keyed(data.areas, 'id'), areaCodes: keyed(data.areas, 'code'),
            staff: keyed(data.staff, 'id'), staffCodes: keyed(data.staff, 'code'), parties: keyed(data.parties, 'id'),
            partyCodes: keyed(data.parties, 'code'), reports: keyed(data.reports, 'id') });
        this.calendarCodes = data.calendars.map((row) => row.code);
        this.posts = grouped(data.posts, (row) => `${row.area_id}/${row.post}`);
        this.duty = grouped(data.duty, (row) => `${row.area_id}/${row.post}`);
        this.members = grouped(data.staff.filter((row) => row.party_id !== null), (row) => row.party_id);
        this.mails = grouped(data.mails, (row) => row.case_id);
        this.forgotten = new Set(data.forgotten);
    }

    /** The area and all above it, the smallest first. */
    *above(areaId) {
        for (let area = this.areas.get(areaId); area !== undefined; area = this.areas.get(area.parent_id))
            yield area;
    }

    /** The newest version of a calendar; undefined: there is none with this code. */
    newestCalendar(code) {
        return [...this.calendars].filter(([key]) => key.startsWith(`${code}/`)).at(-1)?.[1];
    }

    /** The code of the city's own: `city`, else the root area's, else the first. */
    cityCalendar() {
        const root = [...this.areas.values()].find((area) => area.parent_id === null)?.calendar;
        return ['city', root, this.calendarCodes[0]].find((code) => this.calendarCodes.includes(code));
    }

    /** Whose hours count: the first party's that has some, else the nearest area's; where a register was changed meanwhile, as
     *  the event says it was. found: the event's facts. */
    calendarCode(parties, areaId, found) {
        const area = [...this.above(areaId)], rows = parties.map((party) => this.parties.get(party));
        const ofParty = rows.map((row) => (row?.changed ? found.calendars?.[row.id] : row?.calendar)).find((code) => code);
        const ofArea = area.some((one) => one.changed) ? found.calendar : area.find((one) => one.calendar !== null)?.calendar;
        return ofParty ?? ofArea ?? this.cityCalendar();
    }

    /** Nobody is told who has left. */
    isHere(staff, at) {
        const left = this.staff.get(staff)?.left_at ?? null;
        return left === null || left > at;
    }

    /** Who took over, in the end, from somebody who left office by then; undefined: nobody, or they are still there. */
    heir(staff, at) {
        const seen = new Set([staff]);
        let heir = staff;
        while (heir !== undefined && !this.isHere(heir, at)) {
            heir = this.staff.get(heir)?.successor_id ?? undefined;
            if (seen.has(heir))
                return undefined;
            seen.add(heir);
        }
        return heir === staff ? undefined : heir;
    }

    /** Who holds a post here, or in the nearest area above where somebody does. */
    people(areaId, post, at) {
        for (const { id } of this.above(areaId)) {
            const key = `${id}/${post}`;
            const away = (this.duty.get(key) ?? []).filter((row) => row.kind === 'leave' && row.starts_at <= at && at < row.ends_at).map((row) => row.staff_id);
            const here = (this.posts.get(key) ?? []).filter((row) => row.valid_from <= at && (row.valid_to === null || at < row.valid_to) && !away.includes(row.staff_id)
                && this.isHere(row.staff_id, at));
            if (here.length > 0)
                return here.map((row) => row.staff_id).sort((a, b) => a - b).slice(0, TOLD_MOST);
        }
        return [];
    }

    /** A right counts for the area and all below it. Who covers a post by the roster has it meanwhile. */
    may(staff, post, areaId, at) {
        return [...this.above(areaId)].some(({ id }) => (this.posts.get(`${id}/${post}`) ?? []).some((row) => row.staff_id === staff)
            || (this.duty.get(`${id}/${post}`) ?? []).some((row) => row.staff_id === staff && row.kind !== 'leave' && row.starts_at <= at && at < row.ends_at));
    }

    /** Whether the city could have found this person for this area: by the post, or by a roster. */
    mayBeFound(staff, post, areaId) {
        const posts = post === 'leader' ? ['leader', 'dedicated-leader'] : [post];
        return posts.some((one) => this.may(staff, one, areaId, 0)
            || [...this.above(areaId)].some(({ id }) => (this.duty.get(`${id}/${one}`) ?? []).some((row) => row.staff_id === staff)));
    }

    /** What somebody holds or covers here at this moment: [post]. */
    postsHere(staff, areaId, at) {
        const holds = (row) => row.staff_id === staff && row.area_id === areaId;
        return [...[...this.posts.values()].flat().filter((row) => holds(row) && row.valid_from <= at && (row.valid_to === null || at < row.valid_to)),
            ...[...this.duty.values()].flat().filter((row) => holds(row) && row.kind !== 'leave' && row.starts_at <= at && at < row.ends_at)].map((row) => row.post);
    }

    /** The level of a case in their hands: where they have the post, or any. */
    standing(staff, areaId, at, post) {
        const posts = post === 'leader' ? ['leader', 'dedicated-leader'] : [post];
        for (const { id, level } of this.above(areaId))
            if (this.postsHere(staff, id, at).some((one) => post === undefined || posts.includes(one)))
                return level === 'micro' ? 'grid' : level;
        return undefined;
    }

    /** Whoever else covers a post of theirs, in the nearest area where they have one. */
    standIns(staff, areaId, at) {
        const area = [...this.above(areaId)].find(({ id }) => this.postsHere(staff, id, at).length > 0);
        return area === undefined ? [] : this.postsHere(staff, area.id, at).flatMap((post) => this.covering(`${area.id}/${post}`, at)).filter((one) => one !== staff);
    }

    /** By the roster first, then who holds it and is not on leave. */
    covering(key, at) {
        const roster = (this.duty.get(key) ?? []).filter((row) => row.starts_at <= at && at < row.ends_at), away = roster.filter((row) => row.kind === 'leave').map((row) => row.staff_id);
        return [...roster.filter((row) => row.kind !== 'leave').map((row) => row.staff_id),
            ...(this.posts.get(key) ?? []).filter((row) => row.valid_from <= at && (row.valid_to === null || at < row.valid_to) && !away.includes(row.staff_id)).map((row) => row.staff_id)];
    }

    actsFor(staff, party) {
        return party !== null && party !== undefined && this.staff.get(staff)?.party_id === party;
    }

    partyStaff(party, at) {
        return (this.members.get(party) ?? []).map((row) => row.id).filter((staff) => this.isHere(staff, at)).sort((a, b) => a - b).slice(0, TOLD_MOST);
    }

    canBeOrdered(party) {
        return !['vertical', 'former_owner'].includes(this.parties.get(party)?.kind);
    }

    isGrid(areaId) {
        return ['grid', 'micro'].includes(this.areas.get(areaId)?.level);
    }
}
