// Prints one plain line of counts from vitest's JSON report, and fails unless every test ran and passed.
import { readFileSync } from 'node:fs';

const [reportPath, status] = process.argv.slice(2);
const text = readFileSync(reportPath, 'utf8');
const report = text === '' ? {} : JSON.parse(text);
const { numPassedTests = 0, numFailedTests = 0, numPendingTests = 0, numTodoTests = 0 } = report;
const skipped = numPendingTests + numTodoTests;

const problems = [];
if (status !== '0') problems.push(`npm test exited with ${status}`);
if (report.success !== true) problems.push('the test runner reports no success');
if (numPassedTests === 0) problems.push('no test passed');
if (numFailedTests > 0) problems.push('tests failed');
if (skipped > 0) problems.push('tests were skipped');
for (const problem of problems) console.error(`Failed: ${problem}.`);

const counts = `${numPassedTests} passed, ${numFailedTests} failed`;
console.log(skipped > 0 ? `${counts}, ${skipped} skipped` : counts);
process.exitCode = problems.length > 0 ? 1 : 0;
