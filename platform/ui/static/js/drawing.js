// A signature: drawn with finger, pen or mouse, and sent as a picture. Without it a picture cannot be drawn, only kept.
(() => {
  "use strict";
  let pen = null;

  const place = (canvas, event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };

  document.addEventListener("pointerdown", (event) => {
    if (!event.target.matches?.("canvas.drawing")) return;
    pen = event.target;
    pen.setPointerCapture(event.pointerId);
    const line = pen.getContext("2d");
    line.lineWidth = 3;
    line.lineCap = line.lineJoin = "round";
    line.strokeStyle = "#1a1a1a";
    line.beginPath();
    line.moveTo(...place(pen, event));
    event.preventDefault();
  });

  document.addEventListener("pointermove", (event) => {
    if (!pen) return;
    const line = pen.getContext("2d");
    line.lineTo(...place(pen, event));
    line.stroke();
  });

  document.addEventListener("pointerup", () => {
    if (!pen) return;
    const drawn = pen.parentElement.querySelector("[data-drawn]");
    drawn.value = pen.toDataURL("image/png");
    drawn.dispatchEvent(new Event("change", { bubbles: true }));
    pen = null;
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-undraw]");
    if (!button) return;
    const canvas = button.parentElement.querySelector("canvas");
    canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
    button.parentElement.querySelector("[data-drawn]").value = "";
  });
})();
