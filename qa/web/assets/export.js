// A conversation as a Markdown file, built in the page from the turns that the history keeps.

const NEWLINES = /\s*\n\s*/g;

// What a document or a student wrote stays text; our own [1] need no escape, as nothing makes links of them.
const plain = (text) =>
  text
    .replace(/[\\`*_<>#|~]/g, "\\$&")
    .replace(/\[(?!\d{1,3}\])/g, "\\[")
    .replace(/\]\(/g, "]\\(");
const line = (text) => plain(text.replace(NEWLINES, " ").trim());
const paragraphs = (text) =>
  text
    .split("\n")
    .map((one) => one.trim().replace(/^(-|\d+[.)])\s+/, "\u0000$1 "))
    .map((one) => (one.startsWith("\u0000") ? one.slice(1, one.indexOf(" ") + 1) + plain(one.slice(one.indexOf(" ") + 1)) : plain(one)))
    .join("\n");

function source(citation, reference) {
  return `${citation.number}. ${line(reference || citation.title)}\n   > ${line(citation.quote)}`;
}

// "kindQuoted" for "quoted", as the page names its words.
const kindOf = ({ kind }, words) => words[`kind${String(kind).replace(/^./, (first) => first.toUpperCase())}`];

function turn({ question, answer, state, references = [] }, words) {
  const parts = [`## ${line(question)}`];
  const about = [answer?.answer && kindOf(answer, words), state === "stopped" && words.cutShort].filter(Boolean);
  if (about.length) parts.push(`*${about.map(line).join(" · ")}*`);
  if (answer?.answer) parts.push(paragraphs(answer.answer));
  if (answer?.citations?.length) {
    const sources = answer.citations.map((citation, at) => source(citation, references[at]));
    parts.push(`**${words.sources}**`, sources.join("\n"));
  }
  return parts.join("\n\n");
}

export function markdown({ title, course, turns, date }, words) {
  const head = `# ${line(title)}\n\n*Tanya Materi · ${line(course)} · ${date}*`;
  return `${[head, ...turns.map((one) => turn(one, words)), `---\n\n*${line(words.caution)}*`].join("\n\n")}\n`;
}

// YYYY-MM-DD where the student is.
export function day(date) {
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

export function download(text, name) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/markdown;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
