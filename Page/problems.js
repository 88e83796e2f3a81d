// What is wrong with files: the place, the sentence, and the line of text.

import { element } from './dom.js';

/** A file with its problems. */
export function fileProblems(file) {
  return element(
    'section',
    { class: `problems ${file.valid ? 'warnings' : ''}` },
    element('h3', {}, element('code', {}, file.path), file.valid ? ' has warnings' : refusal(file)),
    element('ol', {}, file.problems.map(problemItem))
  );
}

function refusal(file) {
  return file.runningHash ? ' is refused: what was accepted before runs on' : ' is refused: nothing of it runs';
}

function problemItem(problem) {
  const place = problem.line > 0 ? `line ${problem.line}, column ${problem.column}` : 'the file';
  return element(
    'li',
    {},
    element(
      'p',
      {},
      element('span', { class: `severity ${problem.severity === 'warning' ? 'warning' : 'error'}` }, problem.severity),
      ' ',
      element('span', { class: 'place' }, place),
      ' ',
      problem.field ? element('code', {}, problem.field) : null,
      ' ',
      element('span', {}, problem.message),
      ' ',
      element('span', { class: 'rule' }, problem.rule)
    ),
    problem.excerpt ? excerpt(problem) : null
  );
}

function excerpt(problem) {
  const { before, offending, after } = problem.excerpt;
  return element(
    'pre',
    { class: 'excerpt' },
    element('span', { class: 'line-number', 'aria-hidden': 'true' }, String(problem.line)),
    element('code', {}, before, element('mark', {}, offending), after)
  );
}

/** Shows a list of files again only when it is another one. */
export class ProblemList {
  #shown = '';

  constructor(title) {
    this.#title = title;
    this.node = element('div', { class: 'problem-list', hidden: true });
  }

  #title;

  update(files, more = 0) {
    const key = JSON.stringify([files, more]);
    if (key === this.#shown) return;
    this.#shown = key;
    this.node.hidden = files.length === 0;
    this.node.replaceChildren(
      element('h2', {}, this.#title),
      ...files.map(fileProblems),
      more > 0 ? element('p', { class: 'more' }, `and ${more} more files: headgate validate names them all`) : ''
    );
  }
}
