// Requests to the server that this page came from, and its frames as they come.

const TOKEN = 'millrace-token';

const headers = () => {
  const token = sessionStorage.getItem(TOKEN);
  return token ? {Authorization: `Bearer ${token}`} : {};
};

/** Asks for the token until the user gives one. */
const askForToken = () =>
  new Promise((resolve) => {
    const dialog = document.getElementById('token-dialog');
    dialog.onclose = () => {
      sessionStorage.setItem(TOKEN, document.getElementById('token').value);
      resolve();
    };
    if (!dialog.open) dialog.showModal();
  });

const request = async (path, options = {}) => {
  for (;;) {
    const response = await fetch(path, {...options, headers: {...headers(), ...options.headers}});
    if (response.status !== 401) return response;
    await askForToken();
  }
};

/** The JSON at a path; an error carries the server's message. */
export const get = async (path) => {
  const response = await request(path);
  const body = await response.json();
  if (!response.ok) throw new Error(body.message);
  return body;
};

/** Sends JSON; an error carries the server's message. */
export const send = async (method, path, json) => {
  const response = await request(path, {
    method,
    headers: {'Content-Type': 'application/json'},
    body: json === undefined ? undefined : JSON.stringify(json),
  });
  const text = await response.text();
  const body = text ? JSON.parse(text) : {};
  if (!response.ok) throw new Error(body.message);
  return body;
};

/** Calls `onFrame` with each frame for ever; `onState` with true or false as the connection comes and goes. */
export const follow = async (onFrame, onState) => {
  let pauseMs = 500;
  for (;;) {
    try {
      const response = await request('/page/frames');
      if (!response.ok) throw new Error((await response.json()).message);
      onState(true);
      pauseMs = 500;
      await read(response.body, onFrame);
    } catch (error) {
      // Said by onState below; the server may be on its way up again.
    }
    onState(false);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    pauseMs = Math.min(2 * pauseMs, 10_000);
  }
};

/** Server-sent events: lines of `data: `, ended by an empty one. */
const read = async (body, onFrame) => {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (;;) {
    const {value, done} = await reader.read();
    if (done) return;
    text += value;
    const events = text.split('\n\n');
    text = events.pop();
    for (const event of events) {
      const data = event.split('\n').find((line) => line.startsWith('data: '));
      if (data) onFrame(JSON.parse(data.slice(6)));
    }
  }
};
