using System.Text;
using AtpKeyserver.Emulators.Atproto.Accounts;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Emulators.Atproto.Documents;

/// <summary>
/// Serves <c>GET /{did}</c> like plc.directory (200, 404 unknown, 410 tombstoned), and <c>GET /.well-known/did.json</c>
/// for the did:web of this port. <see href="https://web.plc.directory/api/redoc"/>
/// </summary>
internal sealed class DirectoryEndpoints(
    AccountRegistry accounts, DirectoryFaults faults, Uri pds, CancellationToken stopping)
{
    private const string DidContentType = "application/did+ld+json; charset=utf-8";
    private const string JsonContentType = "application/json; charset=utf-8";

    public static Task Health(HttpContext context)
    {
        context.Response.ContentType = JsonContentType;
        return context.Response.WriteAsync(AtprotoJson.Object(("version", "emulator")));
    }

    public Task Plc(HttpContext context, string did) => AnswerAsync(context, did, AccountMethod.Plc, DidContentType);

    public Task Web(HttpContext context) => AnswerAsync(context, accounts.WebDid, AccountMethod.Web, JsonContentType);

    private async Task AnswerAsync(HttpContext context, string did, AccountMethod method, string contentType)
    {
        faults.Count(did);
        if (await FailAsync(context))
            return;

        var answer = accounts.Find(did) switch
        {
            { Method: var other } when other != method => Missing(404, "not registered", did),
            null => Missing(404, "not registered", did),
            { Tombstoned: true } => Missing(410, "not available", did),
            var account => new DocumentOverride { Body = DidDocument.Of(account, pds), ContentType = contentType },
        };
        if (faults.Overrides.TryGetValue(did, out var instead))
            answer = instead.Body is null ? instead with { Body = answer.Body } : instead;
        await SendAsync(context, answer);
    }

    private static DocumentOverride Missing(int status, string why, string did) => new()
    {
        Status = status,
        ContentType = JsonContentType,
        Body = AtprotoJson.Object(("message", $"DID {why}: {did}")),
    };

    private async Task<bool> FailAsync(HttpContext context)
    {
        switch (faults.Fault)
        {
            case LookupFault.Unavailable:
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return true;
            case LookupFault.TooManyRequests:
                context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                context.Response.Headers.RetryAfter = "1";
                return true;
            case LookupFault.Hang:
                await WaitAsync(context, Timeout.InfiniteTimeSpan);
                context.Abort();
                return true;
            case LookupFault.Disconnect:
                context.Abort();
                return true;
            default:
                return false;
        }
    }

    private async Task SendAsync(HttpContext context, DocumentOverride answer)
    {
        await WaitAsync(context, answer.Delay);
        if (context.RequestAborted.IsCancellationRequested)
            return;
        var body = Encoding.UTF8.GetBytes(answer.Body ?? "");
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = answer.ContentType;
        context.Response.ContentLength = body.Length;
        foreach (var (name, value) in answer.Headers)
            context.Response.Headers[name] = value;
        await context.Response.Body.WriteAsync(answer.Truncated ? body.AsMemory(0, body.Length / 2) : body);
        if (!answer.Truncated)
            return;
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    /// <summary>Waits until the time has passed, the client disconnects or the emulator stops.</summary>
    private async Task WaitAsync(HttpContext context, TimeSpan time)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        await Task.Delay(time, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
