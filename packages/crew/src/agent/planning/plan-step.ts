/** A step of a plan during its execution. */
export interface PlanStep {
  number: number;
  description: string;
  /** The tool it needs; a step that ends without having called it fails. */
  tool: string | null;
  /** Numbers of the steps whose results it uses. */
  dependsOn: number[];
  status: "pending" | "running" | "completed" | "failed";
  result: string;
}
