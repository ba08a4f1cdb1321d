using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using AtpKeyserver.Emulators.KeyVault.Wire;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Emulators.KeyVault;

/// <summary>
/// Handles requests in the service's order: token, api-version, path, body. Clients send their first request without
/// token and body, and the challenge tells them where to get a token.
/// </summary>
internal sealed partial class VaultEndpoints(Vault vault, string token)
{
    private const string Tenant = "5f1e3b0a-92c7-4d68-8e14-0c7a6b2d9f35";

    private const string Challenge =
        $"Bearer authorization=\"https://login.microsoftonline.com/{Tenant}\", resource=\"https://vault.azure.net\"";

    private readonly byte[] _tokenHash = SHA256.HashData(Encoding.UTF8.GetBytes(token));
    private long _requests;

    public long Requests => Interlocked.Read(ref _requests);

    public async Task AnswerAsync(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-cache";
        try
        {
            Authenticate(context);
            Interlocked.Increment(ref _requests);
            CheckVersion(context.Request.Query["api-version"]);
            await RouteAsync(context);
        }
        catch (VaultException e)
        {
            context.Response.StatusCode = e.Status;
            var inner = e.InnerCode is null ? null : new InnerError(e.InnerCode);
            await WriteAsync(context, new ErrorAnswer(new Error(e.Code, e.Message, inner)),
                VaultJson.Default.ErrorAnswer);
        }
    }

    private void Authenticate(HttpContext context)
    {
        const string scheme = "Bearer ";
        var header = context.Request.Headers.Authorization.ToString();
        var present = header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase);
        var hash = present ? SHA256.HashData(Encoding.UTF8.GetBytes(header[scheme.Length..])) : [];
        if (CryptographicOperations.FixedTimeEquals(hash, _tokenHash))
            return;
        context.Response.Headers.WWWAuthenticate = Challenge;
        throw new VaultException(
            StatusCodes.Status401Unauthorized,
            "Unauthorized",
            present
                ? "AKV10032: The token is not valid for this vault."
                : "AKV10000: Request is missing a Bearer or PoP token.");
    }

    /// <summary>7.x, and dated versions of newer clients.</summary>
    [GeneratedRegex(@"\A(7\.[0-9]+|20[0-9]{2}-[0-9]{2}-[0-9]{2})(-preview(\.[0-9]+)?)?\z")]
    private static partial Regex ApiVersion();

    private static void CheckVersion(string? version)
    {
        if (string.IsNullOrEmpty(version))
            throw VaultException.BadParameter("api-version must be specified");
        if (!ApiVersion().IsMatch(version))
            throw VaultException.BadParameter($"Invalid api-version: {version}");
    }

    private Task RouteAsync(HttpContext context)
    {
        var path = VaultPath.Parse(context.Request.Path.Value ?? "");
        var method = context.Request.Method;
        var answers = new KeyResponses(vault, context.Request);
        return (path.Collection, method, path.Operation) switch
        {
            ("keys", "GET", "") when path.Name.Length == 0 =>
                WriteAsync(context, answers.List(), VaultJson.Default.KeyPage),
            ("keys", "GET", "") => WriteAsync(context, answers.Get(path), VaultJson.Default.KeyBundle),
            ("keys", "GET", "versions") => WriteAsync(context, answers.Versions(path), VaultJson.Default.KeyPage),
            ("keys", "DELETE", "") => WriteAsync(context, answers.Delete(path), VaultJson.Default.DeletedKeyBundle),
            ("keys", "POST", "rotate") => WriteAsync(context, answers.Rotate(path), VaultJson.Default.KeyBundle),
            ("keys", "POST", "create") => RunAsync(
                context, VaultJson.Default.CreateKeyRequest, body => answers.Create(path, body),
                VaultJson.Default.KeyBundle),
            ("keys", "PATCH", "") => RunAsync(
                context, VaultJson.Default.UpdateKeyRequest, body => answers.Update(path, body),
                VaultJson.Default.KeyBundle),
            ("keys", "POST", not "") when KeyCryptography.Operation(path.Operation) is { } operation => RunAsync(
                context,
                VaultJson.Default.CryptographyRequest,
                body => answers.Run(operation, path, body),
                VaultJson.Default.CryptographyAnswer),
            ("deletedkeys", "GET", "") =>
                WriteAsync(context, answers.GetDeleted(path), VaultJson.Default.DeletedKeyBundle),
            ("deletedkeys", "DELETE", "") => Purge(context, path),
            _ => throw new VaultException(
                405, "MethodNotAllowed", $"{method} {context.Request.Path} is not supported."),
        };
    }

    private Task Purge(HttpContext context, VaultPath path)
    {
        vault.Purge(path.Name);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static async Task RunAsync<TBody, TAnswer>(
        HttpContext context,
        JsonTypeInfo<TBody> bodyType,
        Func<TBody, TAnswer> run,
        JsonTypeInfo<TAnswer> answerType)
    {
        TBody? body;
        try
        {
            body = await JsonSerializer.DeserializeAsync(context.Request.Body, bodyType, context.RequestAborted);
        }
        catch (JsonException e)
        {
            throw VaultException.BadParameter($"The request body is invalid: {e.Message}");
        }

        await WriteAsync(context, run(body ?? throw VaultException.BadParameter("The request has no body.")),
            answerType);
    }

    private static Task WriteAsync<T>(HttpContext context, T answer, JsonTypeInfo<T> type) =>
        context.Response.WriteAsJsonAsync(answer, type, "application/json; charset=utf-8", context.RequestAborted);
}
