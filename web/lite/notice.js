// Shows the notice of notice.html when Python does not come, or is long in coming.

const PATIENCE = 60; // seconds
const notice = document.getElementById("regkit-notice");
const path = new URLSearchParams(location.search).get("path");
let ready = false;

function show() {
  notice.hidden = ready;
}

if (path) {
  const [save, chapter] = notice.querySelectorAll("a");
  save.href = `../../_sources/${path}`; // with the cell that installs regkit where it is missing
  save.download = path.replace(/.*\//, "");
  chapter.href = `../../${path.replace(/ipynb$/, "html")}`;
}
new BroadcastChannel("regkit-runtime").onmessage = ({ data }) => {
  ready ||= data === "ready";
  show();
};
setTimeout(show, 1000 * PATIENCE);
if (location.protocol === "file:") show(); // where a browser does not let the page begin
