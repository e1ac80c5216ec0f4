// Parts of the page that are not charts: elements from figures. Text is set, never parsed.
import {short} from '/charts.js';

/** An element with attributes and children. */
export const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made[key] = value;
    else if (value !== undefined && value !== null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
};

const name = (control) => control.ariaLabel ?? control.innerText;

/** Makes these the children of an element. What is there already stays, and the focus stays on the control of its name. */
export const fill = (id, ...children) => {
  const parent = document.getElementById(id);
  const made = parent.cloneNode(false);
  made.append(...children);
  if (made.isEqualNode(parent)) return;
  const held = parent.contains(document.activeElement) ? name(document.activeElement) : null;
  parent.replaceChildren(...made.childNodes);
  if (held) [...parent.querySelectorAll('button')].find((button) => name(button) === held)?.focus({preventScroll: true});
};

export const show = (id, there) => {
  document.getElementById(id).hidden = !there;
};

/** Rows of cells; a cell is a text, an element, or {text, class}. */
export const table = (id, head, rows) => {
  const cell = (tag, value) => {
    if (value instanceof Node) return element(tag, {}, value);
    if (value !== null && typeof value === 'object') return element(tag, {class: value.class}, value.text);
    return element(tag, {}, String(value ?? '–'));
  };
  fill(
    id,
    element('thead', {}, element('tr', {}, ...head.map((name) => cell('th', name)))),
    element('tbody', {}, ...rows.map((row) => element('tr', {}, ...row.map((value) => cell('td', value))))),
  );
};

/** A bar for each {label, share, text, mark}, shares from 0 to 1. */
export const bars = (id, items) =>
  fill(
    id,
    element(
      'div',
      {class: 'bars'},
      ...items.flatMap(({label, share, text, mark, kind}) => [
        element('span', {}, label),
        element(
          'div',
          {class: 'track'},
          element('div', {class: `fill ${kind ?? ''}`, style: `width:${(100 * Math.min(1, Math.max(0, share))).toFixed(1)}%`}),
          mark === undefined ? null : element('div', {class: 'mark', style: `left:${(100 * mark).toFixed(1)}%`}),
        ),
        element('span', {}, text),
      ]),
    ),
  );

export const tile = (title, value, note, live) =>
  element(
    'div',
    {class: 'tile', 'data-tile': live},
    element('h2', {}, title),
    element('div', {class: 'value'}, value),
    element('div', {class: 'note'}, note),
  );

/** Seconds as people say them. */
export const duration = (seconds) => {
  if (seconds < 0) return '–';
  if (seconds < 120) return `${short(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
};

export const moment = (ms) => (ms > 0 ? new Date(ms).toLocaleString() : '–');

/** Bytes in units of 1,000. */
export const bytes = (count) => (count === undefined ? '–' : count < 1000 ? `${count} B` : `${short(count / 1000)} kB`.replace(' k kB', ' MB').replace(' M kB', ' GB'));
