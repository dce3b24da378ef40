import { assert, describe, it } from "@effect/vitest"
import * as TaskArn from "../../src/ecs/TaskArn.ts"

describe("TaskArn", () => {
  const id = "0123456789abcdef0123456789abcdef"

  it("takes an ARN apart, of every partition", () => {
    for (const partition of ["aws", "aws-cn", "aws-us-gov", "aws-iso-b"]) {
      assert.deepStrictEqual(TaskArn.parse(`arn:${partition}:ecs:eu-west-1:123456789012:task/main/${id}`), {
        partition,
        region: "eu-west-1",
        account: "123456789012",
        cluster: "main",
        id
      })
    }
  })

  it("takes the old format, which has no cluster", () => {
    assert.deepStrictEqual(
      TaskArn.parse("arn:aws:ecs:us-east-1:123456789012:task/1dc5c17a-422b-4dc4-b493-371970c6c4d6"),
      {
        partition: "aws",
        region: "us-east-1",
        account: "123456789012",
        cluster: undefined,
        id: "1dc5c17a-422b-4dc4-b493-371970c6c4d6"
      }
    )
  })

  it.each<[string, unknown]>([
    ["nothing", undefined],
    ["null", null],
    ["an object", {}],
    ["a number", 7],
    ["a list that holds an ARN", [`arn:aws:ecs:eu-west-1:123456789012:task/main/${id}`]],
    ["an empty text", ""],
    ["a name of every object", "__proto__"],
    ["an id alone", id],
    ["the ARN of something else", `arn:aws:ecs:eu-west-1:123456789012:service/main/${id}`],
    ["the ARN of another service", `arn:aws:batch:eu-west-1:123456789012:task/main/${id}`],
    ["an ARN of no partition of AWS", `arn:mine:ecs:eu-west-1:123456789012:task/main/${id}`],
    ["an account that is none", `arn:aws:ecs:eu-west-1:12345:task/main/${id}`],
    ["an ARN without an id", "arn:aws:ecs:eu-west-1:123456789012:task/main/"],
    ["an ARN with a part too many", `arn:aws:ecs:eu-west-1:123456789012:task/main/${id}/more`],
    ["an ARN and a line", `arn:aws:ecs:eu-west-1:123456789012:task/main/${id}\n`],
    ["an ARN without an end", `arn:aws:ecs:eu-west-1:123456789012:task/main/${"0".repeat(10_000)}`]
  ])("does not take %s", (_, text) => {
    assert.strictEqual(TaskArn.parse(text), undefined)
  })
})
