// Shows the notice of notice.html when Python does not come, or is long in coming.

const PATIENCE = 60; // seconds
const notice = document.getElementById("regkit-notice");
const path = new URLSearchParams(location.search).get("path");
let done = false; // Python is there, or the reader has closed the notice

function show() {
  notice.hidden = done;
}

notice.querySelector("button").onclick = () => {
  done = true;
  show();
};

if (path) {
  const [save, chapter] = notice.querySelectorAll("a");
  save.href = `../../_sources/${path}`; // with the cell that installs regkit where it is missing
  save.download = path.replace(/.*\//, "");
  chapter.href = `../../${path.replace(/ipynb$/, "html")}`;
}
new BroadcastChannel("regkit-runtime").onmessage = ({ data }) => {
  done ||= data === "ready";
  show();
};
setTimeout(show, 1000 * PATIENCE);
if (location.protocol === "file:") show(); // where a browser does not let the page begin
