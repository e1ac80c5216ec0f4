// Lines over time or over events, and what a screen reader says of them.
import uPlot from '/uplot.js';

const css = (name) => {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const color = getComputedStyle(probe).color;
  probe.remove();
  return color;
};

/** At most four digits, by thousands. */
export const short = (value) => {
  if (value === null || value === undefined || Number.isNaN(value)) return '–';
  const size = Math.abs(value);
  if (size >= 1e9) return `${(value / 1e9).toPrecision(3)} G`;
  if (size >= 1e6) return `${(value / 1e6).toPrecision(3)} M`;
  if (size >= 1e4) return `${(value / 1e3).toPrecision(3)} k`;
  if (size >= 100 || Number.isInteger(value)) return String(Math.round(value));
  if (size >= 1) return value.toPrecision(4);
  return value === 0 ? '0' : value.toPrecision(3);
};

/** A chart that is made again when its lines change or the theme does, else only gets new data. */
export class Chart {
  constructor(id, overTime) {
    this.figure = document.getElementById(id);
    this.overTime = overTime;
    this.plot = null;
    this.key = '';
    this.figure.setAttribute('role', 'img');
    new ResizeObserver(() => this.resize()).observe(this.figure);
  }

  /** `lines` is a list of {label, color, dash, width}; `data` has x first, then a column for each. */
  show(lines, data, says) {
    this.figure.setAttribute('aria-label', says);
    const key = JSON.stringify(lines) + document.documentElement.dataset.theme + matchMedia('(prefers-color-scheme: dark)').matches;
    if (data[0].length < 2) return;
    if (key !== this.key) this.make(lines, data);
    else this.plot.setData(data);
    this.key = key;
  }

  make(lines, data) {
    this.plot?.destroy();
    const axis = {
      stroke: css('--soft'),
      grid: {stroke: css('--line'), width: 1},
      ticks: {stroke: css('--line'), width: 1},
      font: '12px system-ui',
    };
    const numbers = (_, values) => values.map(short);
    this.plot = new uPlot(
      {
        ...this.size(),
        cursor: {points: {size: 6}},
        scales: {x: {time: this.overTime}, y: {range}},
        axes: [this.overTime ? axis : {...axis, values: numbers}, {...axis, values: numbers, size: 56}],
        series: [
          this.overTime ? {} : {label: 'events', value: (_, value) => short(value)},
          ...lines.map((line) => ({
            label: line.label,
            stroke: css(line.color),
            width: line.width ?? 2,
            dash: line.dash,
            points: {show: line.points ?? false},
            value: (_, value) => short(value),
          })),
        ],
      },
      data,
      this.figure,
    );
  }

  size() {
    const tall = this.figure.classList.contains('tall');
    const small = matchMedia('(max-width: 700px)').matches;
    return {width: Math.max(120, this.figure.clientWidth), height: tall ? (small ? 200 : 350) : 150};
  }

  resize() {
    this.plot?.setSize(this.size());
  }
}

/** From the smallest to the largest but for the first few points, which tell of too few events. */
const range = (plot, min, max) => {
  const values = plot.data.slice(1).flatMap((column) => column.slice(Math.ceil(column.length / 50))).filter(Number.isFinite);
  const low = values.length ? Math.min(...values) : min ?? 0;
  const high = values.length ? Math.max(...values) : max ?? 1;
  const margin = (high - low || Math.abs(high) || 1) * 0.06;
  return [low >= 0 ? Math.max(0, low - margin) : low - margin, high + margin];
};
