using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Emulators.Atproto.Pds;

/// <summary>Reads and writes XRPC's JSON bodies. <see href="https://atproto.com/specs/xrpc"/></summary>
internal static class Xrpc
{
    /// <exception cref="XrpcException">The body is not the JSON of a <typeparamref name="T"/>.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted)
                ?? throw XrpcException.InvalidRequest("The body is not a JSON object.");
        }
        catch (Exception e) when (e is JsonException or ArgumentException) // A JsonObject's duplicate member.
        {
            throw XrpcException.InvalidRequest($"The body is invalid: {e.Message}");
        }
    }

    public static Task WriteAsync(HttpContext context, string json)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(json, context.RequestAborted);
    }

    /// <summary>Middleware that turns exceptions into error responses.</summary>
    public static async Task HandleErrorsAsync(HttpContext context, RequestDelegate next)
    {
        try
        {
            await next(context);
        }
        catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            var error = e switch
            {
                XrpcException expected => expected,
                BadHttpRequestException bad => new XrpcException(bad.StatusCode, "InvalidRequest", bad.Message),
                _ => new XrpcException(500, "InternalServerError", $"The emulator failed: {e.Message}"),
            };
            context.Response.Clear();
            context.Response.StatusCode = error.Status;
            await WriteAsync(context, AtprotoJson.Object(("error", error.Error), ("message", error.Message)));
        }
    }
}
