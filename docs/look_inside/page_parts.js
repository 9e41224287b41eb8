// Small tools of the page.

export const find = (id) => document.getElementById(id);
export const say = (text) => (find("message").textContent = text);

// Let an action fail in words.
export const guarded =
  (action) =>
  async (...inputs) => {
    try {
      await action(...inputs);
    } catch (error) {
      if (error.message !== "stopped") say(error.message);
    }
  };

export function make(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}
