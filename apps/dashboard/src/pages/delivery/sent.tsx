import type { DeliveryDetail } from "@crewstream/contracts";
import type { ReactElement } from "react";
import { useDeliveryRequest } from "../../api/deliveries.ts";
import { bytes } from "../../format/number.ts";
import { CodeBlock } from "../../parts/copy.tsx";
import { Card } from "../../parts/page.tsx";
import { Loaded } from "../../parts/states.tsx";
import { headersText } from "./attempt.tsx";

/** The request as the receiver gets it: headers and body. */
export function Sent({ delivery }: { delivery: DeliveryDetail }): ReactElement {
  const query = useDeliveryRequest(delivery.id, delivery.attempts);
  return (
    <Card title="Request" aside="the body is the same on every attempt" padded>
      <Loaded query={query} what="the request">
        {({ attempt, headers, body, body_bytes: length }) => {
          const isWhole = new TextEncoder().encode(body).length >= length;
          return (
            <div className="columns delivery-columns">
              <CodeBlock label={`Headers of attempt ${attempt}`} text={headersText(headers)} />
              <CodeBlock
                label={isWhole ? `Body, ${bytes(length)}` : `Body, the first 256 KiB of ${bytes(length)}`}
                text={indented(body)}
              />
            </div>
          );
        }}
      </Loaded>
    </Card>
  );
}

/** JSON with one value per line; any other text, such as truncated JSON, unchanged. */
function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
