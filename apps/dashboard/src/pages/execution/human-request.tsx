import { useState, type ReactElement } from "react";
import { useAnswer, useHumanRequests, type HumanRequest } from "../../api/human.ts";
import { useMay } from "../../api/session.ts";
import { asText, CodeBlock } from "../../parts/copy.tsx";
import { Icon } from "../../parts/icon.tsx";
import { Failure } from "../../parts/states.tsx";
import { Moment } from "../../parts/time.tsx";
import { say } from "../../parts/toasts.tsx";

/** The human-input request of a paused run, with a form to answer it. */
export function HumanRequests({ executionId }: { executionId: string }): ReactElement {
  const query = useHumanRequests(executionId);
  const requests = query.data?.items ?? [];
  if (query.error !== null) return <Failure error={query.error} retry={() => void query.refetch()} />;
  if (requests.length === 0) {
    return (
      <div className="notice human" role="status">
        <Icon name="person" />
        <div>
          <strong>This run waits for a person</strong>
          <p>Its request has not arrived yet.</p>
        </div>
      </div>
    );
  }
  return (
    <>
      {requests.map((request) => (
        <Question key={request.id} request={request} />
      ))}
    </>
  );
}

function Question({ request }: { request: HumanRequest }): ReactElement {
  const isReview = request.kind === "review";
  const may = useMay("kickoff", "admin");
  return (
    <section className="notice human" aria-labelledby={`question-${request.id}`}>
      <Icon name="person" />
      <div className="grow stack">
        <div>
          <h2 id={`question-${request.id}`}>{request.message}</h2>
          <p className="muted">
            {request.step} asked <Moment at={request.asked_at} />
            {request.agent !== null && `, for the work of ${request.agent}`}. <Patience request={request} />
          </p>
        </div>
        {isReview && <CodeBlock label="To review" text={asText(request.output)} />}
        {may ? (
          <Answer request={request} />
        ) : (
          <p className="muted">Your token may not answer: it lacks the kickoff scope.</p>
        )}
      </div>
    </section>
  );
}

function Patience({ request: { timeoutSeconds, defaultOutcome } }: { request: HumanRequest }): string {
  if (timeoutSeconds === null) return "There is no timeout.";
  return `Without an answer within ${timeoutSeconds} s it goes on${defaultOutcome === null ? "" : ` as ${defaultOutcome}`}.`;
}

/** A review without outcomes is approved or sent back; one with outcomes gets one of them; an input gets a text. */
function Answer({ request }: { request: HumanRequest }): ReactElement {
  const [text, setText] = useState("");
  const answer = useAnswer(request);
  const give = (decision: { approved?: boolean; outcome?: string } = {}): void =>
    answer.mutate(
      { feedback: text, ...decision },
      {
        onSuccess: ({ outcome }) =>
          say(
            outcome === null ? "Answer sent" : `Answered: ${outcome}`,
            "The run continues as soon as a worker is free.",
          ),
      },
    );
  const isPlainReview = request.kind === "review" && request.emit === null;
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        give(isPlainReview ? { approved: false } : {});
      }}
    >
      <div className="field">
        <label htmlFor={`answer-${request.id}`}>{request.kind === "review" ? "Feedback" : "Answer"}</label>
        <textarea id={`answer-${request.id}`} value={text} onChange={(event) => setText(event.target.value)} />
        {request.emit !== null && (
          <span className="hint">
            Choose an outcome; your text is sent with it. Or send the text alone: a model maps it to an outcome.
          </span>
        )}
      </div>
      <p className="bad" role="alert">
        {answer.error?.message}
      </p>
      <div className="row">
        {isPlainReview && (
          <button
            type="button"
            className="button primary"
            disabled={answer.isPending}
            onClick={() => give({ approved: true })}
          >
            Approve
          </button>
        )}
        {request.emit?.map((outcome) => (
          <button
            key={outcome}
            type="button"
            className="button"
            disabled={answer.isPending}
            onClick={() => give({ outcome })}
          >
            {outcome.replaceAll("_", " ")}
          </button>
        ))}
        <button type="submit" className="button" disabled={answer.isPending || text.trim() === ""}>
          {isPlainReview && request.taskId !== null ? "Send back with this feedback" : "Send the answer"}
        </button>
      </div>
    </form>
  );
}
