// The ring as a graph that can be moved. Places, shapes and colours come from the server, so that the picture is the
// same on every machine, on each opening, and in the report. Without this file the server's drawing stays as it is.
// Drawn on a plain canvas: without a graphics card 5,000 people take some 10 ms a frame, see docs/design.

/** One person. since: the month ("2014-02") of the first dated post that the ring counts, "" for none. */
interface Person { id: string; name: string; role: string; shape: Shape; colour: string; x: number; y: number; ties: number; since: string }
interface Tie { left: string; right: string; weight: number }
interface Network { people: Person[]; ties: Tie[]; months: string[] }
type Shape = "circle" | "diamond" | "square" | "triangle";

/** A person as drawn: radius in pixels, others it has ties to, whether it is shown now, its name as written. */
interface Mark { person: Person; size: number; near: Set<string>; shown: boolean; name: string; width: number }

const MARGIN = 46;
const STEP = 60;
const ZOOM = 1.4;
const LABEL = 13;
const REACH = 6;
/** Pixels of the cells by which names keep clear of each other, and the widest that a name becomes. */
const CELL = { across: 12, down: 16 };
const WIDEST = 200;

const part = <T extends HTMLElement>(root: ParentNode, name: string): T => {
  const found = root.querySelector<T>(`[data-part="${name}"]`);
  if (found === null) throw new Error(`the page has no ${name}`);
  return found;
};
/** A name as far as it is written beside its mark, and how wide it is. */
const fitting = (pen: CanvasRenderingContext2D, whole: string): { name: string; width: number } => {
  let [name, width] = [whole, pen.measureText(whole).width];
  for (let letters = [...whole]; width > WIDEST && letters.length > 1; width = pen.measureText(name).width) {
    letters = letters.slice(0, Math.max(1, Math.min(letters.length - 1, Math.floor((letters.length * WIDEST) / width))));
    name = `${letters.join("")}…`;
  }
  return { name, width };
};
const ink = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

class Island {
  private readonly marks: Map<string, Mark>;
  private readonly canvas: HTMLCanvasElement;
  private readonly pen: CanvasRenderingContext2D;
  private readonly roles: Record<string, string>;
  private readonly fit: { x: number; y: number; across: number; down: number };
  private readonly among = new Set<string>();
  private lines = new Path2D();
  private chosen = "";
  private upTo = "";
  private waiting = false;
  /** The point of the plane in the middle of the picture, and how much nearer than all of it one is. */
  camera = { x: 0, y: 0, zoom: 1 };

  constructor(private readonly root: HTMLElement, private readonly network: Network) {
    this.roles = JSON.parse(root.dataset.roles ?? "{}") as Record<string, string>;
    this.canvas = part<HTMLCanvasElement>(root, "stage");
    const pen = this.canvas.getContext("2d");
    if (pen === null) throw new Error("this browser draws nothing");
    this.pen = pen;
    const near = new Map<string, Set<string>>(network.people.map((person) => [person.id, new Set()]));
    for (const tie of network.ties) { near.get(tie.left)?.add(tie.right); near.get(tie.right)?.add(tie.left); }
    const most = Math.max(1, ...network.people.map((person) => person.ties));
    const least = Math.max(2.5, Math.min(7, 260 / Math.sqrt(network.people.length)));
    pen.font = this.font;
    this.marks = new Map(network.people.map((person) => [person.id, {
      person, size: least * (1 + 0.9 * Math.sqrt(person.ties / most)), near: near.get(person.id) ?? new Set<string>(), shown: true,
      ...fitting(pen, person.name),
    }]));
    const xs = network.people.map((person) => person.x);
    const ys = network.people.map((person) => person.y);
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    this.fit = { x: (left + right) / 2, y: (top + bottom) / 2, across: Math.max(1, right - left), down: Math.max(1, bottom - top) };
    this.everybody();
    this.whole();
    this.listen();
  }

  private get font(): string { return `${LABEL}px ${getComputedStyle(document.body).fontFamily}`; }

  /** Pixels for one unit of the plane. */
  private get scale(): number {
    const { clientWidth: across, clientHeight: down } = this.canvas;
    return this.camera.zoom * Math.max(0.1, Math.min((across - 2 * MARGIN) / this.fit.across, (down - 2 * MARGIN) / this.fit.down));
  }

  private listen(): void {
    const press = (name: string, does: () => void) => part<HTMLButtonElement>(this.root, name).addEventListener("click", does);
    press("nearer", () => this.zoom(ZOOM));
    press("farther", () => this.zoom(1 / ZOOM));
    press("whole", () => this.whole());
    press("ego", () => this.narrow(this.around([this.chosen])));
    press("expand", () => this.narrow(this.around([...this.among])));
    press("all", () => { this.everybody(); });
    const person = part<HTMLSelectElement>(this.root, "person");
    person.append(...this.network.people.map((one) => new Option(`${one.name} (${this.roles[one.role] ?? one.role})`, one.id)));
    person.addEventListener("change", () => { this.choose(person.value); this.centre(person.value); });
    const months = this.root.querySelector<HTMLInputElement>('[data-part="month"]');
    months?.addEventListener("input", () => this.until(Number(months.value)));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, event.offsetX, event.offsetY);
    }, { passive: false });
    let from: { x: number; y: number; moved: boolean } | null = null;
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      from = { x: event.offsetX, y: event.offsetY, moved: false };
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (from === null) { this.canvas.classList.toggle("over", this.at(event.offsetX, event.offsetY) !== ""); return; }
      const [across, down] = [event.offsetX - from.x, event.offsetY - from.y];
      if (!from.moved && Math.hypot(across, down) < 4) return;
      this.shift(-across, -down);
      from = { x: event.offsetX, y: event.offsetY, moved: true };
    });
    this.canvas.addEventListener("pointerup", (event) => {
      if (from !== null && !from.moved) this.choose(this.at(event.offsetX, event.offsetY));
      from = null;
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
    new ResizeObserver(() => this.draw()).observe(this.canvas);
  }

  /** Arrow keys move, + and - zoom, 0 shows all; only while the graph itself has the focus. */
  private key(event: KeyboardEvent): void {
    const ways: Record<string, [number, number]> = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    const way = ways[event.key];
    if (way !== undefined) this.shift(...way);
    else if (event.key === "+" || event.key === "=") this.zoom(ZOOM);
    else if (event.key === "-") this.zoom(1 / ZOOM);
    else if (event.key === "0") this.whole();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private shift(across: number, down: number): void {
    this.camera = { ...this.camera, x: this.camera.x + across / this.scale, y: this.camera.y + down / this.scale };
    this.draw();
  }

  /** Come nearer; what stands at a point of the picture (its middle, unless one is told) stays there. */
  private zoom(by: number, px = this.canvas.clientWidth / 2, py = this.canvas.clientHeight / 2): void {
    const before = this.scale;
    this.camera.zoom = Math.min(60, Math.max(0.25, this.camera.zoom * by));
    const gain = 1 / before - 1 / this.scale;
    this.shift((px - this.canvas.clientWidth / 2) * gain * this.scale, (py - this.canvas.clientHeight / 2) * gain * this.scale);
  }

  private whole(): void {
    this.camera = { x: this.fit.x, y: this.fit.y, zoom: 1 };
    this.draw();
  }

  private centre(id: string): void {
    const mark = this.marks.get(id);
    if (mark === undefined) return;
    this.camera = { x: mark.person.x, y: mark.person.y, zoom: Math.max(this.camera.zoom, 1.6) };
    this.draw();
  }

  private at(px: number, py: number): string {
    let [best, least] = ["", Infinity];
    for (const mark of this.marks.values()) {
      if (!mark.shown) continue;
      const [x, y] = this.spot(mark.person);
      const away = Math.hypot(px - x, py - y) - mark.size;
      if (away < Math.min(least, REACH)) [best, least] = [mark.person.id, away];
    }
    return best;
  }

  private spot(person: Person): [number, number] {
    return [
      (person.x - this.camera.x) * this.scale + this.canvas.clientWidth / 2,
      (person.y - this.camera.y) * this.scale + this.canvas.clientHeight / 2,
    ];
  }

  private around(some: Iterable<string>): Set<string> {
    const found = new Set(some);
    for (const id of [...found]) for (const other of this.marks.get(id)?.near ?? []) found.add(other);
    return found;
  }

  private everybody(): void { this.narrow(new Set(this.marks.keys())); }

  private narrow(some: Set<string>): void {
    this.among.clear();
    for (const id of some) if (this.marks.has(id)) this.among.add(id);
    this.settle();
  }

  private until(at: number): void {
    const last = this.network.months.length - 1;
    this.upTo = at >= last ? "" : (this.network.months[at] ?? "");
    part(this.root, "until").textContent = this.network.months[Math.min(at, last)] ?? "";
    this.settle();
  }

  private choose(id: string): void {
    this.chosen = id;
    const panel = part(this.root, "chosen");
    const person = this.marks.get(id)?.person;
    panel.hidden = person === undefined;
    part<HTMLSelectElement>(this.root, "person").value = id;
    part<HTMLButtonElement>(this.root, "ego").disabled = person === undefined;
    if (person !== undefined) {
      const link = part<HTMLAnchorElement>(panel, "name");
      link.textContent = person.name;
      link.href = `/actors/${encodeURIComponent(person.id)}`;
      part(panel, "role").textContent = this.roles[person.role] ?? person.role;
      part(panel, "since").textContent = person.since || "–";
      part(panel, "ties").textContent = String(person.ties);
    }
    this.draw();
  }

  /** Work out who is shown and the lines between them. */
  private settle(): void {
    let number = 0;
    for (const mark of this.marks.values()) {
      const late = this.upTo !== "" && (mark.person.since === "" || mark.person.since > this.upTo);
      mark.shown = !late && this.among.has(mark.person.id);
      if (mark.shown) number += 1;
    }
    this.lines = new Path2D();
    for (const tie of this.network.ties) {
      const [left, right] = [this.marks.get(tie.left), this.marks.get(tie.right)];
      if (!left?.shown || !right?.shown) continue;
      this.lines.moveTo(left.person.x, left.person.y);
      this.lines.lineTo(right.person.x, right.person.y);
    }
    part(this.root, "number").textContent = String(number);
    this.draw();
  }

  private draw(): void {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.paint(); });
  }

  private paint(): void {
    const { canvas, pen } = this;
    const dense = window.devicePixelRatio || 1;
    const [across, down] = [canvas.clientWidth, canvas.clientHeight];
    if (across === 0) return;
    if (canvas.width !== Math.round(across * dense)) canvas.width = Math.round(across * dense);
    if (canvas.height !== Math.round(down * dense)) canvas.height = Math.round(down * dense);
    const scale = this.scale;
    pen.setTransform(dense, 0, 0, dense, 0, 0);
    pen.clearRect(0, 0, across, down);
    pen.setTransform(dense * scale, 0, 0, dense * scale, dense * (across / 2 - this.camera.x * scale), dense * (down / 2 - this.camera.y * scale));
    const near = this.chosen === "" ? null : this.around([this.chosen]);
    pen.lineWidth = 1 / scale;
    pen.globalAlpha = near === null ? (this.network.ties.length > 2500 ? 0.45 : 0.8) : 0.25;
    pen.strokeStyle = ink("--tie");
    pen.stroke(this.lines);
    pen.setTransform(dense, 0, 0, dense, 0, 0);
    this.paintNear(near);
    const seen = this.inView(across, down, scale);
    if (near !== null) this.paintMarks(seen.filter((one) => !near.has(one.mark.person.id)), 0.25);
    this.paintMarks(near === null ? seen : seen.filter((one) => near.has(one.mark.person.id)), 1);
    this.paintNames(near === null ? seen : seen.filter((one) => near.has(one.mark.person.id)), across, down);
  }

  private inView(across: number, down: number, scale: number): { mark: Mark; x: number; y: number }[] {
    const seen = [];
    for (const mark of this.marks.values()) {
      const x = (mark.person.x - this.camera.x) * scale + across / 2;
      const y = (mark.person.y - this.camera.y) * scale + down / 2;
      if (mark.shown && x > -20 && y > -20 && x < across + 20 && y < down + 20) seen.push({ mark, x, y });
    }
    return seen;
  }

  /** The lines of who is chosen, strong. */
  private paintNear(near: Set<string> | null): void {
    const own = this.marks.get(this.chosen);
    if (near === null || own === undefined || !own.shown) return;
    this.pen.globalAlpha = 1;
    this.pen.lineWidth = 1.5;
    this.pen.beginPath();
    for (const id of own.near) {
      const other = this.marks.get(id);
      if (!other?.shown) continue;
      this.pen.moveTo(...this.spot(own.person));
      this.pen.lineTo(...this.spot(other.person));
    }
    this.pen.stroke();
  }

  private paintMarks(seen: { mark: Mark; x: number; y: number }[], strength: number): void {
    const { pen } = this;
    pen.globalAlpha = strength;
    const alike = new Map<string, typeof seen>();
    for (const one of seen) {
      const some = alike.get(one.mark.person.colour);
      if (some === undefined) alike.set(one.mark.person.colour, [one]); else some.push(one);
    }
    for (const [colour, some] of alike) {
      pen.fillStyle = colour;
      pen.beginPath();
      for (const { mark, x, y } of some) outline(pen, mark.person.shape, x, y, mark.size);
      pen.fill();
    }
    const own = seen.find((one) => one.mark.person.id === this.chosen);
    if (own === undefined) return;
    pen.strokeStyle = ink("--focus");
    pen.lineWidth = 3;
    pen.beginPath();
    outline(pen, own.mark.person.shape, own.x, own.y, own.mark.size + 3);
    pen.stroke();
  }

  /** Names of the best connected first, as many as stand clear of each other. */
  private paintNames(seen: { mark: Mark; x: number; y: number }[], across: number, down: number): void {
    const { pen } = this;
    pen.globalAlpha = 1;
    pen.font = this.font;
    pen.textBaseline = "middle";
    pen.fillStyle = ink("--ink");
    pen.strokeStyle = ink("--paper");
    pen.lineWidth = 3;
    pen.lineJoin = "round";
    const [columns, rows] = [Math.ceil(across / CELL.across), Math.ceil(down / CELL.down)];
    const taken = new Uint8Array(columns * rows);
    for (const { mark, x, y } of seen) {
      const left = x + mark.size * 1.4 + 3;
      const first = Math.max(0, Math.floor(left / CELL.across));
      const last = Math.min(columns - 1, Math.floor((left + mark.width) / CELL.across) + 1);
      const [top, bottom] = [Math.max(0, Math.floor((y - 8) / CELL.down)), Math.min(rows - 1, Math.floor((y + 8) / CELL.down))];
      if (first > last || top > bottom || !this.isClear(taken, columns, first, last, top, bottom)) continue;
      for (let row = top; row <= bottom; row += 1) taken.fill(1, row * columns + first, row * columns + last + 1);
      pen.strokeText(mark.name, left, y);
      pen.fillText(mark.name, left, y);
    }
  }

  private isClear(taken: Uint8Array, columns: number, first: number, last: number, top: number, bottom: number): boolean {
    for (let row = top; row <= bottom; row += 1) for (let at = first; at <= last; at += 1) if (taken[row * columns + at]) return false;
    return true;
  }

  /** Milliseconds that drawing took after each of ``steps`` steps of the camera, its last pixel read back. */
  pan(steps: number): number[] {
    const took: number[] = [];
    for (let at = 1; at <= steps; at += 1) {
      const begun = performance.now();
      this.camera = { x: this.fit.x + 0.2 * this.fit.across * Math.sin(at / 5), y: this.fit.y, zoom: 1 + Math.abs(Math.sin(at / 9)) };
      this.paint();
      this.pen.getImageData(0, 0, 1, 1);
      took.push(performance.now() - begun);
    }
    this.whole();
    return took;
  }
}

const outline = (pen: CanvasRenderingContext2D, shape: Shape, x: number, y: number, size: number): void => {
  if (shape === "circle") { pen.moveTo(x + size, y); pen.arc(x, y, size, 0, 2 * Math.PI); return; }
  const far = size * (shape === "diamond" ? 1.35 : 0.95);
  if (shape === "square") { pen.rect(x - far, y - far, 2 * far, 2 * far); return; }
  const corners: [number, number][] = shape === "diamond" ? [[0, -far], [far, 0], [0, far], [-far, 0]] : [[0, -far], [far, far], [-far, far]];
  corners.forEach(([across, down], at) => { if (at === 0) pen.moveTo(x + across, y + down); else pen.lineTo(x + across, y + down); });
  pen.closePath();
};

const open = async (root: HTMLElement): Promise<void> => {
  const answer = await fetch(root.dataset.island ?? "", { headers: { accept: "application/json" } });
  if (!answer.ok) return;
  const network = (await answer.json()) as Network;
  const [live, drawn, swap] = [part(root, "live"), part(root, "drawn"), part(root, "swap")];
  live.hidden = false;
  drawn.hidden = true;
  const island = new Island(root, network);
  Object.assign(root, { island });
  swap.addEventListener("click", () => { live.hidden = !live.hidden; drawn.hidden = !live.hidden; });
  swap.hidden = false;
  requestAnimationFrame(() => requestAnimationFrame(() => { root.dataset.ready = String(Math.round(performance.now())); }));
};

for (const root of document.querySelectorAll<HTMLElement>("[data-island]")) void open(root);
export {};
