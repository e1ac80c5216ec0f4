// The page: keeps the newest frame of each pipeline, and draws the chosen one.
import {Chart, short} from '/charts.js';
import {bars, bytes, duration, element, fill, moment, show, table, tile} from '/panels.js';
import {follow, get, send} from '/stream.js';

const POINTS_MAX = 1200;

const frames = new Map(); // newest, by pipeline
const past = new Map(); // columns, by pipeline and partition
let chosen = null;
let partition = null;
let figure = null;
let lettersShown = null;
let snapshotsAt = 0;
let controlsAt = 0;

const quality = new Chart('quality', false);
const loss = new Chart('loss', false);
const throughput = new Chart('throughput', true);
const lag = new Chart('lag', true);
const importance = new Chart('importance', true);
const calibration = new Chart('calibration', false);

const WORDS = {
  accuracy: 'Accuracy', balanced_accuracy: 'Balanced accuracy', f1: 'F1', kappa: 'Kappa',
  kappa_temporal: 'Kappa, temporal', log_loss: 'Log loss', brier: 'Brier score', ece: 'Calibration error',
  roc_auc: 'ROC AUC', pr_auc: 'PR AUC', mae: 'Mean absolute error', rmse: 'Root mean squared error', r2: 'R²',
};
const word = (name) => WORDS[name] ?? name.replaceAll('_', ' ');
const isSmallGood = (name) => /loss|brier|ece|mae|rmse|error|quantile/.test(name);

/** Baselines of a figure: those that the server names beside it. */
const BASELINES = {
  accuracy: ['no_change', 'majority_running'],
  log_loss: ['prior_log_loss'],
  mae: ['no_change_mae', 'mean_mae', 'median_mae'],
  rmse: ['no_change_rmse', 'mean_rmse'],
};

// ---- the past

const key = (pipeline, number) => `${pipeline}/${number}`;

/** Columns of a model so far; begins with what the server remembers. */
const load = async (pipeline, number) => {
  const columns = await get(`/page/pipelines/${encodeURIComponent(pipeline)}/timeline/${number}`);
  past.set(key(pipeline, number), {
    read: columns.read,
    figures: columns.figures,
    importance: {time: [], features: {}},
    pace: {
      time: (columns.pace.time ?? []).map((ms) => ms / 1000),
      events_per_second: columns.pace.events_per_second ?? [],
      lag_seconds: columns.pace.lag_seconds ?? [],
      lag_events: columns.pace.lag_events ?? [],
    },
  });
};

const extend = (frame) => {
  for (const model of frame.models) {
    const columns = past.get(key(frame.pipeline, model.partition));
    if (!columns) continue;
    const {pace} = columns;
    pace.time.push(frame.time / 1000);
    pace.events_per_second.push(model.events_per_second);
    pace.lag_seconds.push(model.lag_seconds);
    pace.lag_events.push(model.lag_events);
    if (pace.time.length > POINTS_MAX) Object.values(pace).forEach(thin);
    extendImportance(columns.importance, frame.time / 1000, model.features ?? []);
    if (model.counts.read > (columns.read.at(-1) ?? -1)) {
      columns.read.push(model.counts.read);
      for (const name of new Set([...Object.keys(columns.figures), ...Object.keys(model.figures)])) {
        const column = (columns.figures[name] ??= new Array(columns.read.length - 1).fill(null));
        column.push(model.figures[name] ?? null);
      }
      if (columns.read.length > POINTS_MAX) {
        thin(columns.read);
        Object.values(columns.figures).forEach(thin);
      }
    }
  }
};

const extendImportance = (past, time, features) => {
  const told = features.filter((feature) => feature.importance !== undefined);
  if (told.length === 0) return;
  past.time.push(time);
  for (const feature of told) {
    const column = (past.features[feature.name] ??= new Array(past.time.length - 1).fill(null));
    column.push(feature.importance);
  }
  if (past.time.length > POINTS_MAX) [past.time, ...Object.values(past.features)].forEach(thin);
};

/** Every second point of the older half goes. */
const thin = (column) => {
  const half = column.length >> 1;
  const kept = column.filter((_, i) => i >= half || i % 2 === 0);
  column.splice(0, column.length, ...kept);
};

// ---- drawing

const model = () => frames.get(chosen)?.models.find((m) => m.partition === partition) ?? frames.get(chosen)?.models[0];
const columns = () => past.get(key(chosen, partition));

const drawHeader = (frame) => {
  fill(
    'pipelines',
    ...[...frames.keys()].map((name) =>
      element('button', {type: 'button', 'aria-pressed': String(name === chosen), onclick: () => choose(name)}, name),
    ),
  );
  const pill = document.getElementById('state');
  const words = {RUNNING: 'running', REBALANCING: 'joining', STARTING: 'starting', ROLLING_BACK: 'rolling back', ERROR: 'failed', NOT_RUNNING: 'stopped'};
  const paused = model()?.figures.learning_paused === 1;
  pill.textContent = frame.state === 'RUNNING' && paused ? 'running, learning paused' : words[frame.state] ?? frame.state.toLowerCase();
  pill.className = `pill ${frame.state === 'ERROR' ? 'bad' : frame.state === 'RUNNING' && !paused ? 'good' : 'warm'}`;
  const problem = document.getElementById('problem');
  problem.hidden = !frame.problem;
  if (problem.textContent !== (frame.problem ?? '')) problem.textContent = frame.problem ?? '';
  const choice = document.getElementById('partition');
  show('partition-choice', frame.models.length > 1);
  const numbers = frame.models.map((m) => String(m.partition));
  if (numbers.join() !== [...choice.options].map((o) => o.value).join()) {
    choice.replaceChildren(...numbers.map((n) => element('option', {value: n}, n)));
    choice.value = String(partition);
  }
};

const headline = (figures) => ('accuracy' in figures ? 'accuracy' : 'mae' in figures ? 'mae' : Object.keys(figures)[0]);

const drawTiles = (frame, m) => {
  const sum = (of) => frame.models.reduce((total, each) => total + of(each), 0);
  const name = headline(m.figures);
  const now = m.figures[`${name}_window`] ?? m.figures[name];
  const rival = Math[isSmallGood(name) ? 'min' : 'max'](
    ...(BASELINES[name] ?? []).map((b) => m.figures[`baseline_${b}_window`] ?? m.figures[`baseline_${b}`]).filter(Number.isFinite),
  );
  const lagEvents = sum((each) => Math.max(0, each.lag_events));
  const lagSeconds = Math.max(...frame.models.map((each) => each.lag_seconds));
  fill(
    'tiles',
    tile('Events a second', short(sum((each) => each.events_per_second)), `${short(sum((each) => each.counts.read))} taken in all`, 'pace'),
    tile('Lag', duration(lagSeconds), lagEvents === 0 ? 'nothing waits' : `${short(lagEvents)} events wait`, 'lag'),
    tile(word(name), short(now), Number.isFinite(rival) ? `best baseline ${short(rival)}` : 'over the last 1,000', 'quality'),
    tile('Version', short(m.version), m.event_time > 0 ? `as of ${moment(m.event_time)}` : `offset ${m.offset}`, 'version'),
    tile('Learned', short(sum((each) => each.counts.learned)), `of ${short(sum((each) => each.counts.labelled))} with a label`, 'learned'),
    tile('Dead letters', short(sum((each) => each.counts.dead_lettered)), frame.state === 'RUNNING' ? 'events that could not be read' : '', 'dead'),
  );
};

const drawRestore = (frame) => {
  show('restore', frame.restoring.length > 0);
  bars(
    'restore-body',
    frame.restoring.map((each) => ({label: each.model, share: each.share, text: `${Math.floor(100 * each.share)} %, ${each.blocks} blocks`})),
  );
};

/** Figures that have a window, without it. */
const names = (figures) =>
  Object.keys(figures)
    .filter((name) => name.endsWith('_window') && !name.startsWith('baseline_'))
    .map((name) => name.slice(0, -'_window'.length));

const drawFigureChoice = (m) => {
  const select = document.getElementById('figure');
  const all = names(m.figures);
  if (all.join() !== [...select.options].map((o) => o.value).join()) {
    select.replaceChildren(...all.map((name) => element('option', {value: name}, word(name))));
    figure = all.includes(figure) ? figure : headline(m.figures);
    select.value = figure;
  }
};

const lineChart = (chart, name, m) => {
  const c = columns();
  if (!c || !name) return;
  const of = (figureName) => c.figures[figureName];
  const lines = [{label: `${word(name)}, last 1,000`, color: '--model', width: 2.5}];
  const data = [c.read, of(`${name}_window`) ?? []];
  if (of(name)) {
    lines.push({label: 'whole', color: '--other', width: 1.5});
    data.push(of(name));
  }
  const colors = ['--warm', '--quiet', '--good'];
  (BASELINES[name] ?? []).forEach((baseline, i) => {
    const column = of(`baseline_${baseline}_window`) ?? of(`baseline_${baseline}`);
    if (column) {
      lines.push({label: baseline.replaceAll('_', ' '), color: colors[i], dash: [6, 4], width: 1.5});
      data.push(column);
    }
  });
  chart.show(lines, data, `${word(name)} over events read: now ${short(m.figures[`${name}_window`])}`);
};

const drawFigures = (m) => {
  const forms = ['', '_window', '_fading'];
  const rows = [];
  for (const name of names(m.figures)) {
    const group = [[word(name), name], ...(BASELINES[name] ?? []).map((b) => [`· ${b.replaceAll('_', ' ')}`, `baseline_${b}`])];
    const best = forms.map((form) =>
      Math[isSmallGood(name) ? 'min' : 'max'](...group.map(([, n]) => m.figures[n + form]).filter(Number.isFinite)),
    );
    for (const [label, n] of group) {
      if (forms.every((form) => m.figures[n + form] === undefined)) continue;
      rows.push([
        label,
        ...forms.map((form, i) => ({
          text: short(m.figures[n + form]),
          class: `number ${group.length > 1 && m.figures[n + form] === best[i] ? 'best' : ''}`,
        })),
      ]);
    }
  }
  table('figures', ['', {text: 'whole', class: 'number'}, {text: 'last 1,000', class: 'number'}, {text: 'fading', class: 'number'}], rows);
};

const drawPace = (m) => {
  const c = columns();
  if (!c) return;
  throughput.show(
    [{label: 'events/s', color: '--model'}],
    [c.pace.time, c.pace.events_per_second],
    `Events a second over time: now ${short(m.events_per_second)}`,
  );
  lag.show(
    [{label: 'seconds behind', color: '--warm'}],
    [c.pace.time, c.pace.lag_seconds.map((s) => (s < 0 ? null : s))],
    `Seconds behind the input over time: now ${short(m.lag_seconds)}`,
  );
};

const drawExperts = (m) => {
  const experts = Object.entries(m.figures)
    .filter(([name]) => name.startsWith('expert_weight_') && name !== 'expert_weight_mixture')
    .map(([name, weight]) => [name.slice('expert_weight_'.length), weight])
    .sort((a, b) => b[1] - a[1]);
  show('experts-card', experts.length > 0);
  bars(
    'experts',
    experts.map(([name, weight]) => ({
      label: name.replaceAll('_', ' '),
      share: weight,
      text: `${(100 * weight).toFixed(1)} %, loss ${short(m.figures[`expert_loss_${name}`])}`,
    })),
  );
};

const drawClasses = (m) => {
  show('classes-card', m.classes !== undefined);
  show('calibration-card', m.confidence !== undefined);
  if (!m.classes) return;
  const all = m.classes.reduce((sum, each) => sum + each.labels, 0) || 1;
  const most = [...m.classes].sort((a, b) => b.labels - a.labels).slice(0, 12);
  bars(
    'classes',
    most.map((each) => ({
      label: each.name,
      share: each.labels / all,
      mark: each.predictions / all,
      text: `${(100 * each.labels / all).toFixed(0)} %, said ${(100 * each.predictions / all).toFixed(0)} %, recall ${short(each.labels ? each.hits / each.labels : NaN)}`,
    })),
  );
  const bins = m.confidence.filter((bin) => bin.events > 0.5);
  calibration.show(
    [{label: 'right', color: '--model', points: true}, {label: 'confidence', color: '--quiet', dash: [4, 4]}],
    [bins.map((bin) => bin.confidence / bin.events), bins.map((bin) => bin.hits / bin.events), bins.map((bin) => bin.confidence / bin.events)],
    `Share of right predictions by confidence; calibration error ${short(m.figures.ece_fading)}`,
  );
};

const drawStages = (m) => {
  show('stages-card', m.stage_seconds !== undefined);
  if (!m.stage_seconds) return;
  const stages = Object.entries(m.stage_seconds);
  const total = stages.reduce((sum, [, seconds]) => sum + seconds, 0) || 1;
  bars('stages', stages.map(([name, seconds]) => ({label: name, share: seconds / total, text: `${short(seconds * 1e6)} µs`})));
  document.getElementById('stages').append(
    element('p', {class: 'empty'}, `${short(total * 1e6)} µs an event in this instance; ${bytes(m.state_bytes)} of state`),
  );
};

const drawFeatures = (m) => {
  show('features-card', (m.features ?? []).length > 0);
  if (!m.features) return;
  const number = (value) => ({text: short(value), class: 'number'});
  table(
    'features',
    ['feature', 'kind', {text: 'values', class: 'number'}, {text: 'mean', class: 'number'}, {text: 'deviation', class: 'number'}, {text: 'importance', class: 'number'}],
    m.features.slice(0, 60).map((f) => [
      f.name,
      f.texts === undefined ? f.kind.replaceAll('_', ' ') : `${f.kind}, ${short(f.texts)} texts`,
      number(f.count || null),
      number(f.mean),
      number(f.deviation),
      number(f.importance),
    ]),
  );
};

const COLORS = ['--model', '--warm', '--other', '--good', '--quiet', '--bad'];

/** The six features that matter most now, over time. */
const drawImportance = (m) => {
  const c = columns();
  const known = (m.features ?? []).filter((f) => f.importance !== undefined);
  show('importance-card', known.length > 0);
  if (!c || known.length === 0) return;
  const top = known.sort((a, b) => b.importance - a.importance).slice(0, COLORS.length).map((f) => f.name);
  importance.show(
    top.map((name, i) => ({label: name, color: COLORS[i]})),
    [c.importance.time, ...top.map((name) => c.importance.features[name] ?? [])],
    `Mean size of attributions over time; largest now: ${top.join(', ')}`,
  );
};

/** What can be asked of the models, and what was. */
const drawControl = async (m) => {
  show('control-card', true);
  const paused = m.figures.learning_paused_by_control === 1;
  fill('control-now', paused ? 'Learning is paused: events are predicted only.' : 'Learning goes on.');
  document.getElementById('control-pause').textContent = paused ? 'Resume learning' : 'Pause learning';
  document.getElementById('control-pause').dataset.action = paused ? 'resume' : 'pause';
  if (Date.now() - controlsAt < 3000) return;
  controlsAt = Date.now();
  const name = chosen;
  const entries = (await get(`/pipelines/${encodeURIComponent(name)}/control`)).filter((each) => each.partition === partition);
  if (name !== chosen) return;
  show('control-log', entries.length > 0);
  table(
    'control-log',
    ['asked', 'who', 'when', 'landed'],
    entries.reverse().slice(0, 6).map((each) => [
      `${each.action ?? 'unreadable'} ${each.value ?? ''} ${(each.layers ?? []).join(' ')}`.trim(),
      each.who ?? '–',
      moment(each.at),
      {text: each.state === 'done' ? `offset ${each.offset}, version ${each.version}` : each.refused ? `refused: ${each.refused}` : 'waiting', class: 'wrap'},
    ]),
  );
};

const control = async (action, body) => {
  try {
    await send('PUT', `/pipelines/${encodeURIComponent(chosen)}/${action}`, body ?? {});
    say(`Asked: ${action.replace('-', ' ')}. It lands between two events.`);
  } catch (error) {
    report(error);
  }
  controlsAt = 0;
};
document.getElementById('control-pause').onclick = (event) => control(event.target.dataset.action);
document.getElementById('control-rate').onsubmit = (event) => {
  event.preventDefault();
  const text = document.getElementById('rate').value.trim();
  control('learning-rate', {value: text === '' ? null : Number(text)});
};
document.getElementById('control-reset').onclick = async () => {
  if (await ask(`Reset ${chosen}?`, 'Its models begin anew from their initial weights. Versions and counts go on.')) control('reset');
};

/** Copies are read again when there may be new ones, but not more often than every five seconds. */
const drawSnapshots = async () => {
  if (Date.now() - snapshotsAt < 5000) return;
  snapshotsAt = Date.now();
  const name = chosen;
  const copies = (await get(`/pipelines/${encodeURIComponent(name)}/snapshots`)).filter(
    (copy) => copy.problem || copy.partition === partition,
  );
  if (name !== chosen) return;
  const now = model();
  table(
    'snapshots',
    ['version', 'from', 'offsets', 'size', word(headline(now.figures)), 'changes', 'digest', ''],
    copies.reverse().map((copy) =>
      copy.problem
        ? [named(copy), '', {text: copy.problem, class: 'wrap'}, '', '', '', '', '']
        : [
            named(copy),
            copy.parent ?? 'new',
            `${copy.first_offset} to ${copy.last_offset}`,
            bytes(copy.bytes),
            short(copy.figures[`${headline(now.figures)}_window`]),
            {text: copy.changes.map((change) => change.what).join('; ') || '–', class: 'wrap'},
            copy.weights_digest.slice(0, 10),
            element(
              'span',
              {class: 'actions'},
              action(copy, 'Roll back', 'Roll back to', rollBack),
              copy.tag ? action(copy, 'Untag', 'Untag', untag) : action(copy, 'Tag', 'Tag', tag),
            ),
          ],
    ),
  );
  if (copies.length === 0) fill('snapshots', element('caption', {class: 'empty'}, 'None yet.'));
};

const action = (copy, label, whole, does) =>
  element('button', {type: 'button', class: 'small', 'aria-label': `${whole} version ${named(copy)}`, onclick: () => does(copy)}, label);

/** A version and, of a copy that is kept for it, the tag. */
const named = (copy) => (copy.tag ? `${copy.version}, ${copy.tag}` : copy.version);

const rollBack = async (copy) => {
  const name = chosen;
  const sure = await ask(
    `Roll back to version ${named(copy)}?`,
    `${name} stops for some seconds, takes the copy as its model, and goes on with the next event. What it learned after offset ${copy.last_offset} is no longer in the model; predictions stay.`,
  );
  if (!sure) return;
  try {
    const path = `/pipelines/${encodeURIComponent(name)}/snapshots/${copy.tag ?? copy.version}/rollback?partition=${copy.partition}`;
    const [done] = await send('POST', path);
    say(`Rolled back: version ${done.version} is ${done.from_version} again, from offset ${done.next_offset} on.`);
  } catch (error) {
    report(error);
  }
  snapshotsAt = 0;
};

const tagged = async (copy, method, tag, body, done) => {
  try {
    await send(method, `/pipelines/${encodeURIComponent(chosen)}/tags/${encodeURIComponent(tag)}?partition=${copy.partition}`, body);
    say(done);
  } catch (error) {
    report(error);
  }
  snapshotsAt = 0;
};

const tag = async (copy) => {
  const name = await askName(`Tag version ${copy.version}`, 'The copy stays, under this name, however many newer ones there are.');
  if (name) await tagged(copy, 'PUT', name, {version: copy.version}, `Version ${copy.version} is ${name}.`);
};

const untag = async (copy) => {
  if (await ask(`Untag ${named(copy)}?`, 'The copy that the tag keeps goes with it.')) await tagged(copy, 'DELETE', copy.tag, undefined, `No version is ${copy.tag} any more.`);
};

const drawCounts = (m) => {
  const c = m.counts;
  table('counts', ['', {text: 'events', class: 'number'}], [
    ['read', c.read], ['predicted', c.predicted], ['dead letters', c.dead_lettered], ['with a label', c.labelled],
    ['learned', c.learned], ['pending', c.pending], ['rejected', c.rejected], ['undersampled', c.undersampled],
    ['steps skipped', c.skipped_steps],
  ].map(([name, value]) => [name, {text: value.toLocaleString('en'), class: 'number'}]));
};

const drawLetters = async (frame, m) => {
  const stamp = `${chosen} ${m.counts.dead_lettered} ${frame.dead_letters_seen}`;
  if (stamp === lettersShown) return;
  lettersShown = stamp;
  if (frame.dead_letters_seen === 0) {
    fill('letters', element('p', {class: 'empty'}, 'None: every event could be read.'));
    return;
  }
  const samples = await get(`/page/pipelines/${encodeURIComponent(chosen)}/dead-letters`);
  fill(
    'letters',
    element('div', {id: 'reasons'}),
    element('div', {class: 'scroll'}, element('table', {id: 'samples'})),
  );
  const reasons = Object.entries(m.dead_letters);
  bars('reasons', reasons.map(([reason, count]) => ({label: reason, share: count / m.counts.dead_lettered, text: short(count), kind: 'warm'})));
  table('samples', ['event', 'reason', 'why', 'bytes'], samples.slice(0, 8).map((s) => [s.place, s.reason, {text: s.message, class: 'wrap'}, {text: s.bytes, class: 'number'}]));
};

const draw = () => {
  const frame = frames.get(chosen);
  if (!frame) return;
  drawHeader(frame);
  drawRestore(frame);
  const m = model();
  if (!m) {
    fill('tiles', tile('Waiting', '…', 'no figures have been committed yet', 'waiting'));
    return;
  }
  drawTiles(frame, m);
  drawFigureChoice(m);
  lineChart(quality, figure, m);
  lineChart(loss, 'log_loss' in m.figures ? 'log_loss' : 'rmse', m);
  drawFigures(m);
  drawPace(m);
  drawExperts(m);
  drawClasses(m);
  drawStages(m);
  drawFeatures(m);
  drawImportance(m);
  drawCounts(m);
  drawLetters(frame, m).catch(report);
  if (frame.state === 'RUNNING') {
    drawSnapshots().catch(report);
    drawControl(m).catch(report);
  }
};

const report = (error) => say(error.message);

/** Said until it is put away, or something else is. */
const say = (text) => {
  document.getElementById('said-text').textContent = text;
  show('said', true);
};
document.getElementById('said-close').onclick = () => show('said', false);

document.getElementById('ask-no').onclick = () => document.getElementById('ask').close('no');

/** Whether the user is sure. */
const ask = async (title, text) => (await askFor(title, text, false)) !== null;

/** The name that the user gives; null if none. */
const askName = (title, text) => askFor(title, text, true);

const askFor = (title, text, wantsName) =>
  new Promise((resolve) => {
    const dialog = document.getElementById('ask');
    const name = document.getElementById('ask-name');
    name.value = '';
    name.hidden = name.disabled = !wantsName;
    document.getElementById('ask-title').textContent = title;
    document.getElementById('ask-text').textContent = text;
    dialog.returnValue = 'no';
    dialog.onclose = () => resolve(dialog.returnValue === 'yes' ? name.value : null);
    dialog.showModal();
    if (wantsName) name.focus();
  });

// ---- choices

const choose = (name) => {
  chosen = name;
  partition = frames.get(name).models[0]?.partition ?? null;
  snapshotsAt = 0;
  controlsAt = 0;
  draw();
};

const take = async (frame) => {
  frames.set(frame.pipeline, frame);
  chosen ??= frame.pipeline;
  for (const m of frame.models) {
    if (!past.has(key(frame.pipeline, m.partition))) {
      past.set(key(frame.pipeline, m.partition), null);
      await load(frame.pipeline, m.partition);
    }
  }
  extend(frame);
  if (frame.pipeline === chosen) {
    partition ??= frame.models[0]?.partition ?? null;
    draw();
  }
};

document.getElementById('figure').onchange = (event) => {
  figure = event.target.value;
  draw();
};
document.getElementById('partition').onchange = (event) => {
  partition = Number(event.target.value);
  snapshotsAt = 0;
  controlsAt = 0;
  draw();
};
document.getElementById('theme').onclick = () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset.theme = dark ? 'light' : 'dark';
  localStorage.setItem('millrace-theme', root.dataset.theme);
  draw();
};
const theme = localStorage.getItem('millrace-theme');
if (theme) document.documentElement.dataset.theme = theme;

follow(
  (frame) => take(frame).catch(report),
  (connected) => {
    if (connected) return;
    const pill = document.getElementById('state');
    pill.textContent = 'not connected; trying again';
    pill.className = 'pill bad';
  },
);
