// Small untruths, each told to a copy of what the replayer read: [spoil(data) → the id of the case (or ids, where two
// belong together), what has to be said of it].
const SECOND = 1000000, HOUR = 3600 * SECOND;

const of = (data, action, fits = () => true) => data.events.find((event) => event.data.action === action && fits(event));
const caseOf = (data, event) => data.cases.find((one) => one.id === event.case_id);
const at = (data, event, n) => data.events.find((one) => one.case_id === event.case_id && one.n === n);
const staffWith = (data, post) => data.posts.find((one) => one.post === post).staff_id;

/** Changes an event and gives its case. */
const change = (event, how) => {
    how(event);
    return event.case_id;
};

/** Moves the events after n by one, and the version with them. */
function shift(data, { case_id: id, n }, by) {
    for (const event of data.events)
        if (event.case_id === id && event.n > n)
            event.n += by;
    for (const delivery of data.deliveries) {
        const [one, k, ...rest] = delivery.told.split('/');
        if (one === id && Number(k) > n)
            delivery.told = [one, Number(k) + by, ...rest].join('/');
    }
    const row = data.cases.find((one) => one.id === id);
    row.version += by;
    row.decided += row.decided > n ? by : 0;
}

/** When the clock of a strike was due, as the first event of its case has it. */
const dueOf = (data, event) => at(data, event, 1).data.effects.clocks[event.data.clock]?.due;
const tick = (data, mark) => data.events.find((event) => event.data.clock !== undefined && (mark < 100) === (event.data.mark < 100));

export const UNTRUTHS = {
    'a state that the action does not lead to': [(data) => change(of(data, 'accept'), (event) => {
        event.data.effects.state = event.state = 'resolved';
    }), /state is "resolved", reckoned "working"/],
    'an action from a state it does not begin in': [(data) => change(of(data, 'resolve'), (event) => {
        event.data.action = 'verify';
    }), /verify from working/],
    'an action that there is not': [(data) => change(of(data, 'accept'), (event) => {
        event.data.action = 'frobnicate';
    }), /no action frobnicate/],
    'a step by somebody who may not': [(data) => change(of(data, 'accept'), (event) => {
        event.actor = staffWith(data, 'administrator');
    }), /accept by \d+, who may not/],
    'an approval by who asked': [(data) => change(of(data, 'grant'), (event) => {
        event.actor = of(data, 'hold', (one) => one.case_id === event.case_id).actor;
    }), /grant by \d+, who may not/],
    'a step that pretends to be a reporter\'s': [(data) => change(of(data, 'accept'), (event) => {
        event.actor = null;
        event.data.by = 'reporter';
    }), /accept by a reporter, who may not/],
    'a guard that did not hold': [(data) => change(of(data, 'ask_extension'), (event) => {
        const before = at(data, event, event.n - 1);
        before.data.effects.more = { ...before.data.effects.more, overdue: 1 };
    }), /ask_extension although not !overdue/],
    'a verification by its resolver': [(data) => {
        const event = of(data, 'verify'), resolved = [...data.events].reverse().find((one) => one.case_id === event.case_id && one.n < event.n && one.data.action === 'resolve');
        resolved.data.effects.resolver = event.actor;
        return event.case_id;
    }, /verify although not resolver!=@actor/],
    'an event of another type': [(data) => change(of(data, 'accept'), (event) => {
        event.type = 'case.resolved';
    }), /says case.resolved, reckoned case.accepted/],
    'a note that pretends to decide': [(data) => change(of(data, 'reach'), (event) => {
        event.deciding = true;
    }), /is deciding/],
    'a clock that ends later, in log and row': [(data) => change(of(data, 'ask_extension', (event) => event.data.effects.clocks === undefined), ({ case_id: id }) => {
        const [first] = data.events.filter((event) => event.case_id === id);
        first.data.effects.clocks.accept.due += 60 * SECOND;
    }), /clocks: accept is/],
    'a clock that began earlier': [(data) => change(of(data, 'accept', (event) => event.data.effects.clocks.contact !== undefined), (event) => {
        event.data.effects.clocks.contact.start -= 5 * HOUR;
    }), /its step was taken at/],
    'a pause that was forgotten': [(data) => {
        const row = data.cases.find((one) => Object.values(one.clocks).some((clock) => clock.pauses?.length > 0));
        delete Object.values(row.clocks).find((clock) => clock.pauses?.length > 0).pauses;
        return row.id;
    }, /row: clocks:/],
    'another limit than the category\'s': [(data) => change(of(data, 'resolve', (event) => event.data.effects.clocks?.verify !== undefined), (event) => {
        event.data.effects.clocks.verify.limit.n += 1;
    }), /clocks: verify is/],
    'more time than was granted': [(data) => change(data.events.find((event) => event.type === 'case.extended'), (event) => {
        event.data.effects.clocks.resolve.extra += 3;
    }), /clocks: resolve is .*"extra":5/],
    'a warning that is missing': [(data) => {
        const event = tick(data, 80);
        data.events = data.events.filter((one) => one !== event);
        data.deliveries = data.deliveries.filter((one) => !one.told.startsWith(`${event.case_id}/${event.n}/`));
        shift(data, event, -1);
        return event.case_id;
    }, /strikes 100, 80 is next|fired/],
    'a breach that struck twice': [(data) => {
        const event = tick(data, 100);
        shift(data, event, 1);
        data.events.splice(data.events.indexOf(event) + 1, 0, { ...structuredClone(event), n: event.n + 1 });
        return event.case_id;
    }, /strikes 100, (nothing is next|but does not run)/],
    'a clock that struck before its time': [(data) => change(data.events.find((event) => event.data.mark === 100 && dueOf(data, event) !== undefined), (event) => {
        event.at = dueOf(data, event) - SECOND;
    }), /strikes 100 at \d+, which is to be at/],
    'a strike by a person': [(data) => change(tick(data, 80), (event) => {
        event.actor = staffWith(data, 'dispatcher');
    }), /clock \w+ by \d+/],
    'an attribute that nothing set': [(data) => change(of(data, 'verify_fail'), (event) => {
        event.data.effects.more.rework = 5;
    }), /more rework is 5, reckoned 1/],
    'a link that was left out of the chain': [(data) => change(of(data, 'entrust'), (event) => {
        delete event.data.effects.more.chain;
    }), /more chain is undefined/],
    'another level': [(data) => change(of(data, 'report_up'), (event) => {
        event.data.effects.level = event.level = 'district';
    }), /level is "district", reckoned "community"/],
    'an approval that skipped a step': [(data) => change(of(data, 'grant', (event) => event.data.effects.more?.asked_step === 1), (event) => {
        event.data.effects.more.asked_step = 2;
    }), /more asked_step is 2, reckoned 1/],
    'a task that was skipped': [(data) => change(of(data, 'blow_whistle', (event) => event.data.effects.tasks?.length > 1), (event) => {
        event.data.effects.tasks.pop();
    }), /tasks 3 is undefined/],
    'a task of somebody else': [(data) => {
        const task = data.tasks.find((one) => one.party !== null);
        task.party += 1;
        return task.case_id;
    }, /row: tasks \d is/],
    'a task whose words were changed': [(data) => {
        data.tasks[0].text = '别的';
        return data.tasks[0].case_id;
    }, /task 1 reads 别的/],
    'a task answered by who does not have it': [(data) => change(of(data, 'answer', (event) => event.data.task === 1), (event) => {
        event.actor = staffWith(data, 'administrator');
    }), /answer by \d+, who may not/],
    'an undoing by somebody else': [(data) => change(of(data, 'take_back'), (event) => {
        event.actor = staffWith(data, 'supervisor');
    }), /take_back by \d+, who may not/],
    'an undoing that left something': [(data) => change(of(data, 'take_back'), (event) => {
        event.data.effects.more.face = 'condition';
    }), /more face is "condition", reckoned "unit"/],
    'a merger that the other case did not see': [(data) => {
        const event = of(data, 'merge'), other = event.data.facts.partner;
        const pulled = of(data, 'take_in', (one) => one.case_id === String(other) && one.xid === event.xid);
        pulled.data.facts.partner = 1;
        return [event.case_id, other];
    }, /merge with \d+, which did not go through its part/],
    'a row with another holder': [(data) => change(of(data, 'accept'), (event) => {
        caseOf(data, event).holder = 99999;
    }), /row: holder is 99999/],
    'a row with another deadline': [(data) => change(of(data, 'accept'), (event) => {
        caseOf(data, event).due_at += SECOND;
    }), /row: due_at is/],
    'a row that will not be woken': [(data) => change(of(data, 'entrust'), (event) => {
        caseOf(data, event).wake_at = null;
    }), /row: wake_at is null/],
    'a row that names another master': [(data) => change(of(data, 'merge'), (event) => {
        caseOf(data, event).master = 7;
    }), /row: master is 7/],
    'a part that is gone': [(data) => data.parts.pop().case_id, /it was split into/],
    'a delivery that is gone': [(data) => data.deliveries.splice(data.deliveries.length >> 1, 1)[0].told.split('/')[0], /is missing/],
    'a delivery that came twice': [(data) => {
        data.deliveries.push(structuredClone(data.deliveries[0]));
        return data.deliveries[0].told.split('/')[0];
    }, /twice/],
    'a unit that was told of a meeting to which it was not called': [(data) => change(of(data, 'convene'), (event) => {
        event.data.input.parties.pop();
    }), /meeting\/staff \d+\/inbox: nobody had to be told/],
    'a delivery to somebody else': [(data) => {
        const delivery = data.deliveries.find((one) => /staff \d+\/inbox/.test(one.told));
        delivery.told = delivery.told.replace(/staff \d+/, `staff ${staffWith(data, 'administrator')}`);
        return delivery.told.split('/')[0];
    }, /nobody had to be told/],
};
