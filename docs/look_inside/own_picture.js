// A picture of the reader's own: from a file, dropped on the page, or from the camera.

import { find, guarded } from "./page_parts.js";
import { readFile, shrink } from "./pictures.js";

// `show(data, text)` is called with 32 x 32 pixels.
export function takeOwnPictures(show) {
  async function showFile(file) {
    const bitmap = await readFile(file);
    await show(shrink(bitmap, bitmap.width, bitmap.height), file.name);
  }

  find("file").onchange = guarded(async () => {
    const [file] = find("file").files;
    find("file").value = ""; // so that the same file can be chosen again
    if (file) await showFile(file);
  });
  for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => event.preventDefault());
  }
  document.addEventListener(
    "drop",
    guarded(async (event) => {
      const [file] = event.dataTransfer.files;
      if (file) await showFile(file);
    }),
  );

  const video = find("video");
  find("camera").onclick = guarded(async () => {
    video.srcObject = await openCamera();
    find("filming").hidden = false;
    await video.play();
  });
  find("take").onclick = guarded(async () => {
    await show(shrink(video, video.videoWidth, video.videoHeight), "from the camera");
    stop();
  });
  find("stop").onclick = stop;

  function stop() {
    for (const track of video.srcObject?.getTracks() ?? []) track.stop();
    video.srcObject = null;
    find("filming").hidden = true;
  }
}

async function openCamera() {
  if (!navigator.mediaDevices?.getUserMedia) throw new Error("There is no camera for this page: choose a file.");
  try {
    return await navigator.mediaDevices.getUserMedia({ video: true });
  } catch {
    throw new Error("There is no camera, or the browser may not use it: choose a file.");
  }
}
