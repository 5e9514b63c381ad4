import { useMutation, useQuery } from "@tanstack/react-query";
import { z } from "zod";
import { queryClient } from "./client.ts";
import { request, whenSignedOut } from "./request.ts";

const sessionSchema = z.discriminatedUnion("signed_in", [
  z.object({ signed_in: z.literal(false), ended: z.boolean().default(false) }),
  z.object({ signed_in: z.literal(true), name: z.string(), scopes: z.array(z.string()) }),
]);
export type Session = z.infer<typeof sessionSchema>;

const key = ["session"];

whenSignedOut(() =>
  queryClient.setQueryData<Session>(key, (before) =>
    before?.signed_in === false ? before : { signed_in: false, ended: true },
  ),
);

/** Whether someone is signed in, and as whom. */
export function useSession() {
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => request("dashboard/session", sessionSchema, { signal }),
    staleTime: Infinity,
  });
}

export function useSignIn() {
  return useMutation({
    mutationFn: (token: string) => request("dashboard/login", sessionSchema, { method: "POST", body: { token } }),
    onSuccess: (session) => {
      // The next person to sign in may be another one.
      forgetAllRead();
      queryClient.setQueryData(key, session);
    },
  });
}

/** Ends the session and forgets everything that was read in it. */
export function useSignOut() {
  return useMutation({
    mutationFn: () => request("dashboard/logout", z.unknown(), { method: "POST" }),
    onSuccess: () => {
      queryClient.setQueryData(key, { signed_in: false, ended: false } satisfies Session);
      forgetAllRead();
    },
  });
}

function forgetAllRead(): void {
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== key[0] });
}

/** Whether the signed-in token is limited to what it started: it cannot see the deployment's numbers and endpoints. */
export function useIsLimited(): boolean {
  return useMay("own");
}

/** Whether the signed-in token has one of these scopes; buttons that it may not use are hidden. */
export function useMay(...scopes: string[]): boolean {
  const { data } = useSession();
  return data?.signed_in === true && scopes.some((scope) => data.scopes.includes(scope));
}
