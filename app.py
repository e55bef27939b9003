"""Entrances only: the API's blueprints, the scan function, the stream and queue handlers, the schedules.
Each handler imports its job when it runs, so that the scan's cold start loads nothing it does not use."""

from __future__ import annotations

from chalice import Chalice, CognitoUserPoolAuthorizer, Cron, Rate
from chalice.app import CloudWatchEvent, DynamoDBEvent, SQSEvent

from chalicelib.access.views import authorizer
from chalicelib.code.views import build_blueprint
from chalicelib.config import settings
from chalicelib.cosign import views as cosign_views
from chalicelib.desk import views as desk_views
from chalicelib.export import views as export_views
from chalicelib.grading import views as grading_views
from chalicelib.http import own_refusals
from chalicelib.index import views as index_views
from chalicelib.intake import views as intake_views
from chalicelib.openapi import views as openapi_views
from chalicelib.registry import views as registry_views

app = Chalice(app_name="safety-code")
app.api.binary_types = ["image/png", "application/pdf"]
app.register_middleware(own_refusals, "http")
# Chalice wants ARNs before there is a stack. These name nothing, in any account or region: infra/template/ puts the stack's own
# stream and queues in their place when it is packaged, and tests/contract/test_template.py finds none of them left.
PLACEHOLDER_STREAM = "arn:aws:dynamodb:us-east-1:000000000000:table/events/stream/placeholder"
PLACEHOLDER_QUEUE = "arn:aws:sqs:us-east-1:000000000000:placeholder"

# A function of this app when another identity provider than Cognito is chosen: then it must be known here by this name.
gate = authorizer(app)
for blueprint in (build_blueprint, *(views.build_blueprint for views in (cosign_views, desk_views, export_views, grading_views, index_views, intake_views, registry_views))):
    app.register_blueprint(blueprint(gate))
app.register_blueprint(openapi_views.build_blueprint(app))


@app.lambda_function(name="scan")
def scan(event: dict[str, object], context: object) -> dict[str, object]:
    """GET /C/{token}: the page behind a plate."""
    from chalicelib.code.scan import handle

    return handle(event, settings())


@app.lambda_function(name="report")
def report(event: dict[str, object], context: object) -> dict[str, object]:
    """POST /reports and /receipts: forms of the public."""
    from chalicelib.reports.views import handle

    return handle(event, settings())


if isinstance(gate, CognitoUserPoolAuthorizer):
    # Another provider makes and ends its accounts itself.
    @app.lambda_function(name="accounts")
    def accounts(event: dict[str, object], context: object) -> dict[str, object]:
        """POST /activations and /sites/{site_id}/accounts: first users of enterprises, and the end of accounts."""
        from chalicelib.accounts.views import handle

        return handle(event, settings())


@app.lambda_function(name="plates")
def plates(event: dict[str, object], context: object) -> dict[str, object]:
    """Plates of a site, a township or the district, as PDF files in the bucket."""
    from chalicelib.code.plates import handle

    return handle(event, settings())


@app.on_dynamodb_record(stream_arn=PLACEHOLDER_STREAM, name="regrade")
def regrade(event: DynamoDBEvent) -> dict[str, object]:
    """A batch of appended events: regrade the sites concerned; tell of decided objections and of the steps of appeals."""
    from chalicelib.desk.told import stack_hear
    from chalicelib.grading.regrade import handle_stream

    return handle_stream(event.to_dict(), settings(), hear=stack_hear(settings()))


@app.schedule(Cron(5, 16, "*", "*", "?", "*"), name="sweep")
def sweep(event: CloudWatchEvent) -> dict[str, object]:
    """00:05 Shanghai: what time alone changes."""
    from chalicelib.grading.sweep import handle_schedule

    return handle_schedule(settings())


@app.schedule(Cron(0, 0, "*", "*", "?", "*"), name="remind")
def remind(event: CloudWatchEvent) -> dict[str, object]:
    """08:00 Shanghai: what falls due soon, to the enterprises."""
    from chalicelib.desk.remind import handle_schedule

    return handle_schedule(settings())


@app.schedule(Rate(2, unit=Rate.MINUTES), name="map_now")
def map_now(event: CloudWatchEvent) -> dict[str, object]:
    """Every other minute: the present map, where something changed."""
    from chalicelib.riskmap.now import handle_schedule

    return handle_schedule(settings())


@app.schedule(Cron(30, "10,16", "*", "*", "?", "*"), name="month_start")
def month_start(event: CloudWatchEvent) -> dict[str, object]:
    """00:30 and 18:30 Shanghai: begin what the month's calendar says is due."""
    from chalicelib.index.phases import handle_schedule

    return handle_schedule(settings())


@app.on_sqs_message(queue_arn=PLACEHOLDER_QUEUE, batch_size=1, name="month_township")
def month_township(event: SQSEvent) -> dict[str, object]:
    """One township of a month's run; the last one in publishes."""
    from chalicelib.index.monthly import handle_message

    return handle_message(event.to_dict(), settings())


@app.on_sqs_message(queue_arn=PLACEHOLDER_QUEUE, batch_size=1, name="tell")
def tell(event: SQSEvent) -> dict[str, object]:
    """One notice: to the topic and the work messengers of its audience."""
    from chalicelib.clock import utc_now
    from chalicelib.publish.notice import handle_messages

    return handle_messages(event.to_dict(), settings(), utc_now())


@app.on_sqs_message(queue_arn=PLACEHOLDER_QUEUE, batch_size=1, name="importer")
def importer(event: SQSEvent) -> dict[str, object]:
    """A file that an official sent: bring it in, as far as the time goes."""
    from chalicelib.intake.office import handle_message

    return handle_message(event.to_dict(), settings(), lambda: event.context.get_remaining_time_in_millis() / 1000)


@app.on_sqs_message(queue_arn=PLACEHOLDER_QUEUE, batch_size=1, name="exporter")
def exporter(event: SQSEvent) -> dict[str, object]:
    """A file that somebody wants: write what he may see."""
    from chalicelib.export.office import handle_message

    return handle_message(event.to_dict(), settings())


@app.on_sqs_message(queue_arn=PLACEHOLDER_QUEUE, batch_size=1, name="shadow")
def shadow(event: SQSEvent) -> dict[str, object]:
    """A drafted rule set: what it would do to every site."""
    from chalicelib.export.shadow_office import handle_message

    return handle_message(event.to_dict(), settings())
