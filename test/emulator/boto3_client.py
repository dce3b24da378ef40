"""Uses an emulated ECS as a program with boto3 would, and prints what it has seen."""
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ecs = boto3.client(
    "ecs",
    endpoint_url=sys.argv[1],
    region_name="eu-west-1",
    aws_access_key_id="AKIAEXAMPLE",
    aws_secret_access_key="secret",
    config=Config(retries={"total_max_attempts": 1}),
)


def error_of(call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        return [type(error).__name__, error.response["Error"]["Code"], error.response["Error"]["Message"]]


ecs.create_cluster(clusterName="c")
revision = ecs.register_task_definition(
    family="w", containerDefinitions=[{"name": "c", "image": "i:1", "memory": 128}]
)["taskDefinition"]["revision"]
for token in range(12):
    ran = ecs.run_task(cluster="c", taskDefinition="w", count=10, clientToken=f"token-{token}")
again = ecs.run_task(cluster="c", taskDefinition="w", count=10, clientToken="token-11")
arns = [arn for page in ecs.get_paginator("list_tasks").paginate(cluster="c", family="w") for arn in page["taskArns"]]
ecs.get_waiter("tasks_running").wait(cluster="c", tasks=arns[:100], WaiterConfig={"Delay": 1})
ecs.tag_resource(resourceArn=arns[0], tags=[{"key": "k", "value": "v"}])
tags = ecs.list_tags_for_resource(resourceArn=arns[0])["tags"]
ecs.untag_resource(resourceArn=arns[0], tagKeys=["k"])
described = ecs.describe_tasks(cluster="c", tasks=[arns[0], "nothing"])
stopped = ecs.stop_task(cluster="c", task=arns[0], reason="enough")["task"]
ecs.get_waiter("tasks_stopped").wait(cluster="c", tasks=arns[:1], WaiterConfig={"Delay": 1})
print(json.dumps({
    "revision": revision,
    "listed": len(set(arns)),
    "replayed": [t["taskArn"] for t in ran["tasks"]] == [t["taskArn"] for t in again["tasks"]],
    "tags": tags,
    "createdInYear": described["tasks"][0]["createdAt"].year,
    "missing": [failure["reason"] for failure in described["failures"]],
    "stopCode": stopped["stopCode"],
    "clusters": ecs.list_clusters()["clusterArns"],
    "running": ecs.describe_clusters(clusters=["c"])["clusters"][0]["runningTasksCount"],
    "definitions": len(ecs.list_task_definitions(familyPrefix="w")["taskDefinitionArns"]),
    "errors": [
        error_of(ecs.describe_tasks, tasks=[]),
        error_of(ecs.list_tasks, cluster="nowhere"),
        error_of(ecs.describe_task_definition, taskDefinition="nothing"),
        error_of(ecs.delete_cluster, cluster="c"),
        error_of(ecs.run_task, cluster="c", taskDefinition="w", clientToken="token-0"),
    ],
}))
