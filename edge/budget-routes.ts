/** The door that says what is left of the budget of encodes. */

import { Hono } from "hono";
import { NO_STORE, opened } from "./admin-door.ts";
import { AMOUNT_NAMES, AMOUNTS } from "./budgets/encode-budget.ts";
import type { Env } from "./config.ts";

export const budgetRoutes = new Hono<{ Bindings: Env }>();

budgetRoutes.get("/:cloud/budget", async (context) => {
  const { cloud, budgets } = (await opened(context, "budgets:read")).config;
  const left = await context.env.BUDGETS.getByName(cloud).left(budgets.cloud);
  const answer = AMOUNT_NAMES.map((name) => [
    AMOUNTS[name].claim,
    { an_hour: budgets.cloud[name] ?? null, left: left[name] ?? null, a_token: budgets.token[name] ?? null },
  ]);
  return context.json(Object.fromEntries(answer), 200, NO_STORE);
});
