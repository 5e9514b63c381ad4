import { z } from "zod";
import { eventType } from "./event-type.ts";
import { anything, integer, maybeInteger, maybeText, text } from "./fields.ts";

const conversation = { flow_name: text, session_id: text };
const which = { flow_name: "SupportChat", session_id: "c0ffee00-1b2c-4d3e-8f40-5a6b7c8d9e0f" };

export const conversationEvents = {
  conversation_message_added: eventType(
    "A message was added to a conversation.",
    {
      ...conversation,
      role: z.enum(["user", "assistant", "system", "tool"]),
      content: anything,
      message_index: integer,
    },
    { ...which, role: "user", content: "Where is my order?", message_index: 0 },
  ),
  conversation_turn_started: eventType("The answer to a user's message begins.", conversation, which),
  conversation_turn_completed: eventType("A user's message was answered.", conversation, which),
  conversation_turn_failed: eventType(
    "A user's message could not be answered.",
    { ...conversation, error: text },
    { ...which, error: "The model answered 429 three times" },
  ),
  conversation_route_selected: eventType(
    "A conversation selected which part of the flow answers.",
    {
      ...conversation,
      route: text,
      user_message: maybeText,
      message_index: maybeInteger,
      previous_intent: maybeText,
    },
    { ...which, route: "order_status", user_message: "Where is my order?", message_index: 0, previous_intent: null },
  ),
};
