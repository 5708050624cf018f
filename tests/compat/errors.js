// SPDX-License-Identifier: LGPL-2.1-or-later
// errors.js - 10,000 thrown errors in the main thread and in each of four
// workers, through frames of compiled code and of the runtime's, and 2,000
// rejected promises.
const { Worker, isMainThread, parentPort } = require('worker_threads');

function deep(n, i) {
	if (n > 0)
		return deep(n - 1, i);
	if (i % 3 === 0)
		null.x;
	if (i % 3 === 1)
		throw new TypeError('e' + i);
	JSON.parse('{bad');
}

async function storm(who) {
	let caught = 0, rejected = 0;

	for (let i = 0; i < 10000; i++)
		try {
			deep(i % 20, i);
		} catch (e) {
			caught += e instanceof Error && e.stack.length > 20;
		}
	for (let i = 0; i < 2000; i++)
		try {
			await Promise.reject(new Error('r' + i));
		} catch (e) {
			rejected++;
		}
	return `${who} ${caught} ${rejected}`;
}

async function main() {
	const workers = [1, 2, 3, 4].map(() => new Promise((done, fail) => {
		const w = new Worker(__filename);

		w.on('message', done);
		w.on('error', fail);
	}));

	for (const line of await Promise.all(workers))
		console.log(line);
	console.log(await storm('main'));
}

if (isMainThread)
	main();
else
	storm('worker').then((line) => parentPort.postMessage(line));
