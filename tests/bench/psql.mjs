// One psql kept open: the bench asks often, and a new process and connection for each question would show in what it
// measures.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export class Psql {
    constructor(program, conninfo) {
        this.child = spawn(program, ['-X', '-q', '-A', '-t', '-F', '\t', '-v', 'ON_ERROR_STOP=1', conninfo], { stdio: ['pipe', 'pipe', 'inherit'] });
        this.waiting = [];
        this.rows = [];
        createInterface({ input: this.child.stdout }).on('line', (line) => {
            if (line !== '\u0004')
                return this.rows.push(line.split('\t'));
            this.waiting.shift().resolve(this.rows);
            this.rows = [];
        });
        this.child.on('exit', (code) => this.waiting.forEach(({ reject }) => reject(new Error(`psql ended (${code})`))));
    }

    /** Rows of texts. */
    ask(sql) {
        return new Promise((resolve, reject) => {
            this.waiting.push({ resolve, reject });
            this.child.stdin.write(`${sql.trim().replace(/;$/, '')};\n\\echo '\u0004'\n`);
        });
    }

    /** The first row as numbers. */
    async numbers(sql) {
        return (await this.ask(sql))[0].map(Number);
    }

    close() {
        this.child.stdin.end();
    }
}
