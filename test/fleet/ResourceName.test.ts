import { assert, describe, it } from "@effect/vitest"
import { problems } from "./problemsOf.ts"

describe("a description that cannot be a fleet", () => {
  const notOf = {
    "the id of a subnet such as \"subnet-0a1b2c3d\"": {
      write: (subnet: string) => ({ subnets: ["subnet-1", subnet] }),
      field: "subnets[1]",
      values: [
        "private-a",
        "subnet",
        "subnet-",
        "Subnet-1",
        "subnet-0A1B",
        "subnet-private-a",
        "subnet_1",
        "sg-1",
        "vpc-1",
        "arn:aws:ec2:eu-west-1:123456789012:subnet/subnet-1",
        "\"subnet-1\"",
        "'subnet-1'",
        "[\"subnet-1\"]",
        "subnet-1;subnet-2",
        "subnet-1,subnet-2",
        "subnet-1 subnet-2",
        " subnet-1",
        "subnet-1\n",
        `subnet-${"0".repeat(33)}`
      ]
    },
    "the id of a security group such as \"sg-0a1b2c3d\"": {
      write: (group: string) => ({ securityGroups: ["sg-1", group] }),
      field: "securityGroups[1]",
      values: [
        "default",
        "sg-",
        "SG-1",
        "sg-web-1",
        "subnet-1",
        "arn:aws:ec2:eu-west-1:123456789012:security-group/sg-1"
      ]
    },
    "the name of a capacity provider": {
      write: (capacityProvider: string) => ({ capacityProviderStrategy: [{ capacityProvider }] }),
      field: "capacityProviderStrategy[0].capacityProvider",
      values: [
        "fargate",
        "fargate_spot",
        "FARGATE-SPOT",
        "ecs-mine",
        "aws-mine",
        "my provider",
        "arn:aws:ecs:eu-west-1:123456789012:capacity-provider/mine",
        "p".repeat(256)
      ]
    },
    "the name or ARN of a role": {
      write: (taskRoleArn: string) => ({ overrides: { taskRoleArn } }),
      field: "overrides.taskRoleArn",
      values: [
        "my role",
        "a/b",
        "\"worker\"",
        "r".repeat(65),
        "arn:aws:iam::123456789012:user/worker",
        "arn:aws:iam::12345:role/worker",
        "arn:aws:iam::123456789012:role/",
        "arn:aws:sts::123456789012:assumed-role/worker/session"
      ]
    }
  }

  for (const [wording, { field, values, write }] of Object.entries(notOf)) {
    for (const value of values) {
      it(`has ${JSON.stringify(value)} for ${wording}`, () => {
        assert.strictEqual(problems(write(value)), `${field}: expected ${wording}, got ${JSON.stringify(value)}`)
      })
    }
  }
})
