import type { Execution } from "@crewstream/contracts";
import { useState, type ReactElement } from "react";
import type { RunEvent } from "../../api/events.ts";
import { useAnswer } from "../../api/executions.ts";
import { useMay } from "../../api/session.ts";
import { asText, CodeBlock } from "../../parts/copy.tsx";
import { Icon } from "../../parts/icon.tsx";
import { say, sayFailure } from "../../parts/toasts.tsx";
import { openRequests, type OpenRequest } from "./open-requests.ts";

/** What the run waits for a person to say, with a form to say it. */
export function HumanRequest({
  execution,
  events,
}: {
  execution: Execution;
  events: readonly RunEvent[];
}): ReactElement {
  const requests = openRequests(events);
  if (requests.length === 0) {
    return (
      <div className="notice human">
        <Icon name="person" />
        <div>
          <strong>This run waits for a person</strong>
          <p>Its question is loading, or was asked elsewhere: it is answered with POST /resume.</p>
        </div>
      </div>
    );
  }
  return (
    <>
      {requests.map((request) => (
        <Question key={request.id} request={request} execution={execution} />
      ))}
    </>
  );
}

function Question({ request, execution }: { request: OpenRequest; execution: Execution }): ReactElement {
  const [feedback, setFeedback] = useState("");
  const answer = useAnswer(execution.automation, execution.id);
  const may = useMay("kickoff");
  const reply = (text: string, approved: boolean | undefined): void =>
    answer.mutate(
      {
        execution_id: execution.id,
        task_id: request.taskId ?? request.id,
        request_id: request.id,
        human_feedback: text,
        ...(approved === undefined ? {} : { is_approve: approved }),
      },
      {
        onSuccess: () => say("Your answer is with the run", "It goes on as soon as a worker takes it up."),
        onError: (error) => sayFailure("The answer was not taken", error),
      },
    );
  const isReview = request.output !== undefined;
  return (
    <section className="notice human" aria-labelledby={`question-${request.id}`}>
      <Icon name="person" />
      <div className="grow stack">
        <div>
          <strong id={`question-${request.id}`}>{request.message}</strong>
          <p className="muted">
            {request.step} waits{request.emit === null ? "" : `; its outcomes are ${request.emit.join(", ")}`}.
          </p>
        </div>
        {isReview && <CodeBlock label="To review" text={asText(request.output)} />}
        {may && (
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault();
              reply(feedback, isReview && request.emit === null ? false : undefined);
            }}
          >
            <div className="field">
              <label htmlFor={`answer-${request.id}`}>{isReview ? "What should change" : "Your answer"}</label>
              <textarea
                id={`answer-${request.id}`}
                value={feedback}
                onChange={(event) => setFeedback(event.target.value)}
              />
            </div>
            <div className="row">
              {request.emit?.map((outcome) => (
                <button
                  key={outcome}
                  type="button"
                  className="button"
                  disabled={answer.isPending}
                  onClick={() => reply(feedback === "" ? outcome : `${outcome}: ${feedback}`, undefined)}
                >
                  {outcome}
                </button>
              ))}
              {isReview && request.emit === null && (
                <button
                  type="button"
                  className="button primary"
                  disabled={answer.isPending}
                  onClick={() => reply(feedback, true)}
                >
                  Approve
                </button>
              )}
              <button type="submit" className="button" disabled={answer.isPending || feedback.trim() === ""}>
                {isReview && request.emit === null ? "Send back with this" : "Send the answer"}
              </button>
            </div>
          </form>
        )}
      </div>
    </section>
  );
}
