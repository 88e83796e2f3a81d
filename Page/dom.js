// Making and changing elements. Everything goes in as text or attributes: the page never reads text as HTML.

const svgNamespace = 'http://www.w3.org/2000/svg';

/** An element with attributes and children. `on…` takes a listener; null, undefined and false leave an attribute out. */
export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function shape(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(svgNamespace, tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Writes only what changed, so that the browser has nothing to lay out again. */
export function setText(node, text) {
  const shown = text ?? '';
  if (node.textContent !== shown) node.textContent = shown;
}

/** Sets or, for null and false, takes away. */
export function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else {
    const text = value === true ? '' : String(value);
    if (node.getAttribute(name) !== text) node.setAttribute(name, text);
  }
}

export function setHidden(node, isHidden) {
  if (node.hidden !== isHidden) node.hidden = isHidden;
}

/** A button that copies what `text` returns, and says so. */
export function copyButton(text, label) {
  const button = element('button', { type: 'button', class: 'copy', 'aria-label': `Copy ${label}` }, 'Copy');
  button.addEventListener('click', async () => {
    setText(button, (await copied(text())) ? 'Copied' : 'Not copied');
    setTimeout(() => setText(button, 'Copy'), 1500);
  });
  return button;
}

async function copied(text) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Not allowed here: the older way may be.
    }
  }
  // Pages that came without TLS from another machine have no clipboard of the newer kind.
  const area = element('textarea', { class: 'offscreen', 'aria-hidden': 'true', readonly: true });
  area.value = text;
  document.body.append(area);
  area.select();
  const isCopied = document.execCommand('copy');
  area.remove();
  return isCopied;
}
