// Renders each type of node of Wix's editor with Wix's own viewer, as the server of a blog does, into the pages beside
// this file. Needs Node.js 20 and, in any folder, `npm install @wix/ricos react@18 react-dom@18`; then, in that folder:
//     NODE_PATH=node_modules node …/tests/nodes/render.cjs
// A type that the viewer knows and SAMPLES lacks is named and ends the script with 1: a new block was added.
const fs = require("node:fs");
const path = require("node:path");
console.error = () => {}; // React's remarks on effects that servers do not run
const React = require("react");
const { renderToStaticMarkup } = require("react-dom/server");
const ricos = require("@wix/ricos");
const { Node_Type } = require("@wix/ricos/content");

let number = 0;
const id = () => `n${++number}`;
const text = (words, ...decorations) => ({ type: "TEXT", id: "", nodes: [], textData: { text: words, decorations } });
const node = (type, data, ...nodes) => ({ type, id: id(), nodes, ...data });
const p = (...nodes) => node("PARAGRAPH", { paragraphData: {} }, ...nodes.map((it) => (typeof it === "string" ? text(it) : it)));
const link = (url) => ({ type: "LINK", linkData: { link: { url } } });
const box = { width: { size: "CONTENT" }, alignment: "CENTER", textWrap: true };
const picture = (name) => ({ src: { id: `0a1b2c_${name.padEnd(32, "0")}~mv2.jpg` }, width: 800, height: 600 });
const list = (type, ...items) => node(type, { [type === "ORDERED_LIST" ? "orderedListData" : "bulletedListData"]: { indentation: 0 } },
  ...items.map((it) => node("LIST_ITEM", {}, ...(Array.isArray(it) ? it : [p(it)]))));
const cell = (...nodes) => node("TABLE_CELL", { tableCellData: { cellStyle: {}, borderColors: {} } }, ...nodes.map((it) => (typeof it === "string" ? p(it) : it)));
const table = (...rows) => node("TABLE", { tableData: { dimensions: { colsWidthRatio: rows[0].map(() => 1), rowsHeight: rows.map(() => 40), colsMinWidth: rows[0].map(() => 10) } } },
  ...rows.map((cells) => node("TABLE_ROW", {}, ...cells)));
const heading = (level, words) => node("HEADING", { headingData: { level } }, text(words));
const image = (name, alt, ...nodes) => node("IMAGE", { imageData: { containerData: box, image: picture(name), altText: alt } }, ...nodes);
const caption = (...nodes) => node("CAPTION", { captionData: {} }, ...nodes);
const embed = (type, title, html) => node("EMBED", { embedData: { containerData: box, oembed: { type, title, html, videoUrl: "https://posts.example/status/7", authorName: "Ada" }, src: "https://posts.example/status/7" } });
const app = (type, name, data) => node("APP_EMBED", { appEmbedData: { type, itemId: "item-1", name, url: "https://www.example.org/the-item", image: picture("f"), ...data } });

const SAMPLES = {
  PARAGRAPH: [p("Plain words."), p(), p("More words.")],
  TEXT: [p(text("bold", { type: "BOLD", fontWeightValue: 700 }), " then ", text("italic", { type: "ITALIC", italicData: true }), " then ",
    text("linked", link("https://far.example/a")), " then ", text("underlined", { type: "UNDERLINE", underlineData: true }), " then ",
    text("struck", { type: "STRIKETHROUGH", strikethroughData: true }), " then H", text("2", { type: "SUBSCRIPT", subscriptData: true }), "O, x",
    text("2", { type: "SUPERSCRIPT", superscriptData: true }), ", ", text("hidden at first", { type: "SPOILER", spoilerData: { id: "s1" } }), ", ",
    text("@Ada", { type: "MENTION", mentionData: { id: "m", name: "Ada", slug: "ada" } }), ", ", text("#water"))],
  HEADING: [heading(2, "A part"), p("Its words."), heading(3, "A part of it")],
  BULLETED_LIST: [list("BULLETED_LIST", "one", [p("two"), list("BULLETED_LIST", "two and a half")], "three")],
  ORDERED_LIST: [list("ORDERED_LIST", "first", "second")],
  LIST_ITEM: [list("BULLETED_LIST", [p("an item"), p("of two paragraphs")])],
  BLOCKQUOTE: [node("BLOCKQUOTE", { blockquoteData: { indentation: 0 } }, p("Quoted words."))],
  CODE_BLOCK: [node("CODE_BLOCK", { codeBlockData: {} }, text("first line\n  second line"))],
  VIDEO: [node("VIDEO", { videoData: { containerData: box, video: { src: { url: "https://www.youtube.com/watch?v=abcdefghijk" } }, thumbnail: { src: { url: "https://i.ytimg.com/vi/abcdefghijk/hqdefault.jpg" }, width: 480, height: 360 }, title: "A film" } },
      caption(text("Under the film."))),
    node("VIDEO", { videoData: { containerData: box, video: { src: { id: "video/0a1b2c_11111111111111111111111111111111" } }, thumbnail: { src: { id: "0a1b2c_11111111111111111111111111111111f000.jpg" }, width: 640, height: 360 } } })],
  DIVIDER: [p("Before."), node("DIVIDER", { dividerData: { lineStyle: "SINGLE", width: "LARGE", alignment: "CENTER" } }), p("After.")],
  FILE: [node("FILE", { fileData: { containerData: box, src: { id: "ugd/0a1b2c_22222222222222222222222222222222.pdf" }, name: "report.pdf", type: "pdf", size: 31470000, mimeType: "application/pdf" } })],
  GALLERY: [node("GALLERY", { galleryData: { containerData: box, options: { layout: { type: "GRID", numberOfColumns: 2 } },
    items: [{ image: { media: picture("a"), link: { url: "https://far.example/b" } }, title: "First of the gallery", altText: "One" }, { image: { media: picture("b") }, title: "Second of the gallery", altText: "Two" }] } })],
  GIF: [node("GIF", { gifData: { containerData: box, original: { gif: "https://media.giphy.com/media/x/giphy.gif", mp4: "https://media.giphy.com/media/x/giphy.mp4", still: "https://media.giphy.com/media/x/giphy_s.gif" }, downsized: { gif: "https://media.giphy.com/media/x/giphy-downsized.gif", mp4: "https://media.giphy.com/media/x/giphy-downsized.mp4" }, width: 300, height: 200, gifType: "NORMAL" } })],
  HTML: [node("HTML", { htmlData: { containerData: box, html: "<p>Framed.</p><script>1</script>", source: "HTML" } }),
    node("HTML", { htmlData: { containerData: box, url: "https://charts.example/chart/1", source: "HTML" } })],
  IMAGE: [image("c", "A pond", caption(text("The pond, by "), text("Ada", link("https://far.example/ada")), text("."))), image("d", "", ),
    node("IMAGE", { imageData: { containerData: box, image: picture("e"), altText: "Linked", link: { url: "https://far.example/c" } } })],
  LINK_PREVIEW: [node("LINK_PREVIEW", { linkPreviewData: { containerData: box, link: { url: "https://far.example/story" }, title: "A far story", description: "What it tells.", thumbnailUrl: "https://far.example/t.jpg" } })],
  MAP: [node("MAP", { mapData: { containerData: box, mapSettings: { address: "1 Main Street, Hamlet", lat: 1.5, lng: 2.5, initialZoom: 12 } } })],
  POLL: [node("POLL", { pollData: { containerData: box, layout: { poll: { type: "LIST" }, options: {} }, design: { poll: { background: {} }, options: {} }, poll: { id: "p1", title: "Shall we?", options: [{ id: "o1", title: "Yes, at once" }, { id: "o2", title: "No" }], settings: { permissions: { view: "VOTERS", vote: "ALL" } } } } })],
  APP_EMBED: [app("EVENT", "The march", { eventData: { scheduling: "May 6, 2024, 7:00 PM", location: "Town Hall" } }),
    app("PRODUCT", "A poster", { price: "$5.00" }), app("BOOKING", "An hour", { bookingData: { durations: "1 hr" } })],
  BUTTON: [node("BUTTON", { buttonData: { containerData: box, type: "LINK", text: "Sign the letter", link: { url: "https://far.example/sign" } } }),
    node("BUTTON", { buttonData: { containerData: box, type: "ACTION", text: "Open the form" } })],
  COLLAPSIBLE_LIST: [node("COLLAPSIBLE_LIST", { collapsibleListData: { containerData: box, expandOnlyOne: false, initialExpandedItems: "NONE", direction: "LTR" } },
    ...["Why?", "How?"].map((title) => node("COLLAPSIBLE_ITEM", {}, node("COLLAPSIBLE_ITEM_TITLE", {}, p(title)), node("COLLAPSIBLE_ITEM_BODY", {}, p(`Answer to ${title}`)))))],
  COLLAPSIBLE_ITEM: "COLLAPSIBLE_LIST",
  COLLAPSIBLE_ITEM_TITLE: "COLLAPSIBLE_LIST",
  COLLAPSIBLE_ITEM_BODY: "COLLAPSIBLE_LIST",
  TABLE: [table([cell("a"), cell("b")], [cell("c", p("c again")), cell(list("BULLETED_LIST", "d"))])],
  TABLE_ROW: "TABLE",
  TABLE_CELL: [table([cell("outer"), cell(table([cell("inner one"), cell("inner two")]))])],
  EMBED: [embed("TWITTER", "A short message", ""), embed("INSTAGRAM", "A picture elsewhere", "<blockquote>quoted there</blockquote>")],
  EXTERNAL: [node("EXTERNAL", { externalData: {} })],
  AUDIO: [node("AUDIO", { audioData: { containerData: box, audio: { src: { id: "mp3/0a1b2c_33333333333333333333333333333333.mp3" } }, name: "A song", authorName: "A singer" } }),
    node("AUDIO", { audioData: { containerData: box, audio: { src: { url: "https://soundcloud.com/ada/talk" } }, name: "A talk", authorName: "Ada", html: "<iframe src=\"https://w.soundcloud.com/player/?url=ada\"></iframe>" } })],
  CAPTION: "IMAGE",
  LAYOUT: [node("LAYOUT", { layoutData: {} }, node("LAYOUT_CELL", { layoutCellData: { colSpan: 6 } }, p("Left.")), node("LAYOUT_CELL", { layoutCellData: { colSpan: 6 } }, p("Right.")))],
  LAYOUT_CELL: "LAYOUT",
  SHAPE: [p("Before."), node("SHAPE", { shapeData: { containerData: box, shape: { src: { url: "https://static.wixstatic.com/shapes/0a1b2c.svg" }, width: 10, height: 10 }, styles: {} } }), p("After.")],
  CARD: [node("CARD", { cardData: {} }, p("In a card."))],
  TOC: [node("TOC", { tocData: {} }), heading(2, "The first part"), p("Its words."), heading(2, "The second part")],
  SMART_BLOCK: [node("SMART_BLOCK", { smartBlockData: { type: "GRID", layout: "GRID" } }, node("SMART_BLOCK_CELL", { smartBlockCellData: { label: "" } }, p("In a cell.")), node("SMART_BLOCK_CELL", { smartBlockCellData: { label: "" } }, p("In the next.")))],
  SMART_BLOCK_CELL: "SMART_BLOCK",
};

const plugins = Object.keys(ricos).filter((name) => /^plugin\w+Viewer$/.test(name)).flatMap((name) => {
  try { return [ricos[name]()]; } catch { return []; }
});
const unknown = Object.values(Node_Type).filter((type) => type !== "UNRECOGNIZED" && !(type in SAMPLES));
if (unknown.length) {
  process.stderr.write(`no sample for ${unknown.join(", ")}\n`);
  process.exitCode = 1;
}
for (const [type, nodes] of Object.entries(SAMPLES)) {
  if (typeof nodes === "string") continue;
  const content = { nodes: [p("The first words."), ...nodes, p("The last words.")], metadata: { version: 1 }, documentStyle: {} };
  const shown = renderToStaticMarkup(React.createElement(ricos.RicosViewer, { content, plugins, isMobile: false }));
  // Class names change with each build, and drawings say nothing; the line breaks are inside of tags, where they are none.
  const bare = shown.replace(/[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}(?=_\d)/g, "item")
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, "<$1></$1>").replace(/<svg[\s\S]*?<\/svg>/g, "<svg></svg>").replace(/^<div[^>]*>/, '<div data-id="content-viewer">')
    .replace(/ (class|style)="([^"]*)"/g, (whole, name, value) => (/url\(|font-(weight|style)|text-decoration|pro-gallery/.test(value) ? whole : ""));
  fs.writeFileSync(path.join(__dirname, `${type.toLowerCase()}.html`), `${bare.replace(/></g, "\n><")}\n`);
}
