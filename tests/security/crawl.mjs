// Follows every link of a visitor's pages. Bounded: so many pages for each row of the route table.
import { routeOf } from "./house.mjs";
import { elements, forms, links } from "./markup.mjs";

const QUEUE_MAX = 6000;
const CHOICES = /[?&](lang|theme)=/;

export class Crawl {
  pages = new Map();  // path -> answer
  rows = new Map();   // route pattern -> paths that were asked
  forms = new Map();  // what tells forms apart -> {page, method, action, row, fields, encoding}

  constructor(house, visitor, { each = 8 } = {}) {
    this.house = house;
    this.visitor = visitor;
    this.each = each;
  }

  async from(...starts) {
    const queue = new Set(starts); // a set goes on over what is added meanwhile
    for (const path of queue) {
      for (const found of await this.visit(path)) if (queue.size < QUEUE_MAX) queue.add(found);
    }
    return this;
  }

  // The paths that a page leads to.
  async visit(path) {
    const row = routeOf(this.house.routes, "GET", path);
    if (this.pages.has(path) || !row || row.path === "/static/{name}") return [];
    const asked = this.rows.get(row.path) ?? [];
    if (asked.length >= this.each) return [];
    this.rows.set(row.path, [...asked, path]);
    const answer = await this.visitor.ask(path);
    this.pages.set(path, answer);
    const found = answer.location ? [answer.location] : [];
    if (answer.type !== "text/html") return found.filter((to) => to.startsWith("/"));
    const page = elements(answer.text);
    for (const form of forms(page, path)) this.#keep(form, path);
    for (const link of links(page)) found.push(link);
    return found.map((to) => URL.canParse(to, `http://here${path}`) ? new URL(to, `http://here${path}`) : null)
      .filter((to) => to?.host === "here" && !CHOICES.test(to.search)).map((to) => to.pathname + to.search);
  }

  #keep(form, page) {
    const action = new URL(form.action, `http://here${page}`);
    const row = action.host === "here" ? routeOf(this.house.routes, form.method.toUpperCase(), action.pathname) : undefined;
    const key = `${form.method} ${row?.path ?? form.action} ${form.fields.map((f) => `${f.name}:${f.type}`).join(" ")}`;
    if (!this.forms.has(key)) this.forms.set(key, { ...form, action: action.pathname + action.search, page, row });
  }
}
