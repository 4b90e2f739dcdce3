using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace DataSpace.Hosting.Http;

/// <summary>
/// What the OpenAPI document says about bodies. Handlers read their bodies themselves, after authentication, so the framework cannot know; and its own
/// <c>Accepts</c> would answer a wrong content type before the caller is known.
/// </summary>
public static class EndpointDescription
{
    /// <summary>The body is JSON of this shape.</summary>
    public static RouteHandlerBuilder Takes<T>(this RouteHandlerBuilder builder) => builder.WithMetadata(new BodyShape(typeof(T)));

    /// <summary>The body is a message of this name of the Dataspace Protocol 2025-1, whose own schema describes it; so is the answer.</summary>
    public static RouteHandlerBuilder Exchanges(this RouteHandlerBuilder builder, string message, string answer, int status = StatusCodes.Status200OK)
        => builder.WithMetadata(new BodyShape(typeof(JsonObject), message)).Gives<JsonObject>(status).WithMetadata(new AnswerName(answer));

    /// <summary>The answer is JSON of this shape; <see cref="JsonObject"/> where it is a view for people and programs that show it.</summary>
    public static RouteHandlerBuilder Gives<T>(this RouteHandlerBuilder builder, int status = StatusCodes.Status200OK) => builder.Produces<T>(status, "application/json");

    /// <summary>Completes an operation: its body, and that every refusal is a problem with a code.</summary>
    internal static async Task DescribeAsync(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellation)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<BodyShape>().FirstOrDefault() is { } body)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Description = body.Message,
                Content = new Dictionary<string, OpenApiMediaType> { ["application/json"] = new() { Schema = await context.GetOrCreateSchemaAsync(body.Type, null, cancellation) } },
            };
        }
        operation.Responses ??= [];
        if (metadata.OfType<AnswerName>().FirstOrDefault() is { } answer)
        {
            foreach (var given in operation.Responses.Values.OfType<OpenApiResponse>())
                given.Description = answer.Message;
        }
        operation.Responses["default"] = new OpenApiResponse { Description = "Refused: application/problem+json (RFC 9457) with a stable code; of the Dataspace Protocol, its own error message." };
    }

    private sealed record BodyShape(Type Type, string? Message = null);

    private sealed record AnswerName(string Message);
}
