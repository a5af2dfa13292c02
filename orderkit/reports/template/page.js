(function () {
  "use strict";
  var PHONE = "(max-width: 640px)"; // as in page.css: there the drawings that came with the page stay, as plotly's would be cut off
  var NEAR = "600px 0px"; // how far above and below what is seen charts are drawn
  var PRINT_WIDTH = 680; // CSS pixels that fit between the margins of an A4 page
  var holders = Array.prototype.slice.call(document.querySelectorAll(".ok-chart"));
  var LEAST_SHARE = 0.4; // of the width that must be left for bars and lines beside their words; else the chart scrolls sideways
  var SCROLL_WIDTH = 560; // CSS pixels of such a chart
  var LEAST_HEIGHT = 180; // CSS pixels that bars and lines keep when a legend takes many lines on a phone
  var phone = matchMedia(PHONE);
  var plotly, failed, resizing; // plotly is unpacked when the first chart comes near
  var waiting = 0; // charts that are being drawn
  var drawings = [];
  var opened = [];
  if (holders.length) { watch(); }
  addEventListener("beforeprint", openFolds);
  addEventListener("afterprint", closeFolds);

  // `data-charts` of the page tells how far they are: absent while one near the view is being drawn; "drawn": all that came near
  // are; "failed": none will be.
  function tell() {
    if (waiting || failed) { return; }
    document.documentElement.dataset.charts = "drawn";
  }

  function watch() {
    var observer;
    if (!window.IntersectionObserver) { giveUp(); return; }
    observer = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (!entry.isIntersecting || (phone.matches && picture(entry.target))) { return; }
        observer.unobserve(entry.target);
        wanted(entry.target);
      });
      tell();
    }, { rootMargin: NEAR });
    holders.forEach(function (holder) { observer.observe(holder); });
    phone.addEventListener("change", function () { // a window made wider: look again at what stayed a drawing
      holders.forEach(function (holder) {
        if (!holder.querySelector(".ok-drawing, .js-plotly-plot")) { observer.unobserve(holder); observer.observe(holder); }
      });
    });
    addEventListener("beforeprint", function () { fitAll({ width: PRINT_WIDTH, autosize: false }, ":not(.ok-pictured)"); });
    addEventListener("afterprint", function () { fitAll({ width: null, autosize: true }, ":not(.ok-pictured)"); });
    addEventListener("resize", function () {
      clearTimeout(resizing);
      resizing = setTimeout(fitAll, 250, { width: null, autosize: true }, "*");
    });
  }

  function wanted(holder) {
    waiting += 1;
    delete document.documentElement.dataset.charts;
    plotly = plotly || unpack().then(run);
    plotly.then(function () { return draw(holder); }).then(function () {
      waiting -= 1;
      tell();
    }).catch(giveUp);
  }

  function picture(holder) { // the drawing that came with the page, as wide or narrow as it is shown
    return holder.querySelector(phone.matches ? ".ok-narrow" : ".ok-wide");
  }

  function unpack() {
    var text = atob(document.getElementById("ok-plotly").textContent.trim());
    var bytes = Uint8Array.from(text, function (letter) { return letter.charCodeAt(0); });
    var stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).text();
  }

  function run(source) {
    var script = document.createElement("script");
    script.textContent = source;
    document.head.appendChild(script);
    if (!window.Plotly) { throw new Error("plotly.js did not start"); }
  }

  function draw(holder) {
    var figure = JSON.parse(document.getElementById(holder.id + "-data").textContent);
    var place = document.createElement("div");
    var layout = figure.layout;
    var shown = picture(holder);
    if (failed) { return; }
    place.className = "ok-drawing"; // not seen before it is whole: till then the drawing that came with the page is
    holder.appendChild(place);
    layout.autosize = true;
    delete layout.width;
    layout.height = Math.max(Number(holder.dataset.height), shown ? shown.getBoundingClientRect().height : 0); // nothing below it moves
    layout.paper_bgcolor = layout.plot_bgcolor = "rgba(0,0,0,0)";
    layout.font = Object.assign({}, layout.font, { family: getComputedStyle(document.body).fontFamily });
    layout.dragmode = false; // a finger that scrolls the page must not zoom the chart
    return Plotly.newPlot(place, figure.data, layout, { displaylogo: false, displayModeBar: false, responsive: true })
      .then(function () {
        if (!place.isConnected) { return; } // another chart failed meanwhile: all keep the drawings that came with the page
        holder.classList.add("ok-drawn");
        place.className = place.className.replace("ok-drawing", "").trim();
        drawings.push({ place: place, height: layout.height, right: layout.margin.r });
        fit(drawings[drawings.length - 1], { autosize: true });
      });
  }

  function fit(drawing, size) { // from the figure's own size: give room to a tall legend and to words that would be cut off
    var place = drawing.place;
    Plotly.relayout(place, Object.assign({ height: drawing.height, "margin.r": drawing.right }, size));
    var missing = LEAST_HEIGHT - place._fullLayout._size.h;
    if (missing > 0 && place._fullLayout.showlegend) { Plotly.relayout(place, { height: drawing.height + missing }); }
    makeRoom(drawing);
    if (place._fullLayout._size.w < LEAST_SHARE * place._fullLayout.width && place._fullLayout.width < SCROLL_WIDTH) {
      Plotly.relayout(place, { width: SCROLL_WIDTH, autosize: false, "margin.r": drawing.right });
      place.parentNode.tabIndex = 0; // so that the arrow keys reach it
      makeRoom(drawing);
    }
  }

  function makeRoom(drawing) {
    var place = drawing.place, right = drawing.right, round, over;
    for (round = 0; round < 4; round++) {
      over = overhang(place);
      if (over <= 0) { break; }
      right += over * 1.5; // the words move left by less than the room made, as the axis shrinks with it
      Plotly.relayout(place, { "margin.r": right });
    }
  }

  function overhang(place) {
    var edge = place.querySelector(".main-svg").getBoundingClientRect().right - 2;
    var words = Array.prototype.slice.call(place.querySelectorAll(".bartext, .textpoint"));
    return Math.max.apply(null, [0].concat(words.map(function (word) { return word.getBoundingClientRect().right - edge; })));
  }

  function fitAll(size, which) { // on phones and on paper the drawings that came with the page are seen instead, if there are any
    drawings.forEach(function (drawing) {
      if (drawing.place.offsetWidth && drawing.place.parentNode.matches(which)) { fit(drawing, size); }
    });
  }

  function giveUp() { // an old browser: the drawings that came with the page stay, and the numbers are shown beside them
    failed = true;
    drawings = [];
    document.querySelectorAll(".ok-drawing, .js-plotly-plot").forEach(function (place) { place.remove(); });
    holders.forEach(function (holder) { holder.classList.remove("ok-drawn"); });
    document.querySelectorAll(".ok-data").forEach(function (fold) { fold.open = true; });
    document.documentElement.dataset.charts = "failed";
  }

  function openFolds() { // paper cannot be clicked: how a number was made is printed with it
    opened = Array.prototype.slice.call(document.querySelectorAll(".ok-fold:not([open])"));
    opened.forEach(function (fold) { fold.open = true; });
  }

  function closeFolds() {
    opened.forEach(function (fold) { fold.open = false; });
    opened = [];
  }
})();
