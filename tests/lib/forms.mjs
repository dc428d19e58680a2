// Fills the form of an action as GET …/actions gives it: a page needs to know no workflow, and neither does a test.

const DAY = 86400000;

/**
 * fields: of one action. house: {random, now(), category(), area(), staff(), party(), case()}, where what it cannot name is
 * undefined. Gives the fields of the body; undefined: a required one cannot be filled. optional: the share of optional ones.
 */
export function fillForm(fields, house, { optional = 0.3 } = {}) {
    const body = {};
    for (const field of fields) {
        if (!field.required && house.random() >= optional)
            continue;
        const value = valueOf(field, house);
        if (value === undefined && field.required)
            return undefined;
        if (value !== undefined)
            body[field.name] = value;
    }
    return body;
}

function valueOf({ type, choices, least = 0, most = 100, en, title }, house) {
    const dice = (n) => Math.floor(house.random() * n);
    switch (type) {
    case 'choice': return choices[dice(choices.length)].value;
    case 'number': return least + dice(Math.min(most, least + 9) - least + 1);
    case 'time': return new Date(house.now() + (1 + dice(20)) * DAY / 4).toISOString();
    case 'flag': return house.random() < 0.5;
    case 'texts': return Array.from({ length: 1 + dice(3) }, (_, i) => `第${i + 1}位`);
    case 'tasks': return tasks(house, 1 + dice(3));
    case 'parties': return parties(house, 1 + dice(3));
    case 'category':
    case 'area':
    case 'staff':
    case 'party':
    case 'case': return house[type]?.();
    default: return `${title ?? en ?? type}：照办`.slice(0, most);
    }
}

/** So many at most: none twice. */
function parties(house, n) {
    const list = [...new Set(Array.from({ length: n }, () => house.party?.()))].filter((one) => one !== undefined);
    return list.length > 0 ? list : undefined;
}

function tasks(house, n) {
    const list = Array.from({ length: n }, (_, i) => {
        const party = house.random() < 0.7 ? house.party?.() : undefined, staff = party === undefined ? house.staff?.() : undefined;
        return party === undefined && staff === undefined ? undefined : { ...(party === undefined ? { staff } : { party }), text: `第${i + 1}项任务` };
    }).filter((one) => one !== undefined);
    return list.length > 0 ? list : undefined;
}
