using System.Net;
using System.Text;
using AtpKeyserver.Tests.EndToEnd.Histories;
using AtpKeyserver.Tests.EndToEnd.Support;
using AtpKeyserver.Tests.Support.Faults;

namespace AtpKeyserver.Tests.EndToEnd.Faults;

/// <summary>One way in which a dependency fails.</summary>
/// <param name="Name">In reports.</param>
/// <param name="AnswerAsync">The response to the caller; null aborts the connection.</param>
internal sealed record Fault(
    string Name, Func<HttpRequestMessage, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage?>> AnswerAsync)
{
    /// <summary>Delays the caller for seconds.</summary>
    public bool IsSlow { get; init; }

    /// <summary>Looks like a valid response, or may have changed something: always tried.</summary>
    public bool IsRisky { get; init; }

    /// <summary>A false but well-formed response, which cannot be detected.</summary>
    public bool IsForged { get; init; }

    /// <summary>Says that the document does not exist: the resolver caches that for 10 s.</summary>
    public bool IsAbsence { get; init; }

    /// <summary>A valid response that is not a DID document: the did:web does not exist for 10 s.</summary>
    public bool IsNoDocument { get; init; }

    /// <summary>The Retry-After that it sends.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>All requests succeed, but late or slowly: every response must be correct.</summary>
    public bool IsHarmless { get; init; }

    public static Fault Delay { get; } = new("delayed by 200 ms", async (request, send) =>
    {
        await Task.Delay(200, Aborted(request));
        return await send();
    }) { IsHarmless = true };

    public static Fault Hang { get; } = new("no response", async (request, _) =>
    {
        await Task.Delay(TimeSpan.FromSeconds(30), Aborted(request)).ContinueWith(_ => { }, TaskScheduler.Default);
        return null;
    }) { IsSlow = true };

    public static Fault Drip { get; } = new("a byte each 400 ms", async (request, send) =>
        await WithBodyAsync(await send(), body => new DrippingContent(body, Aborted(request)))) { IsSlow = true };

    public static Fault Lost { get; } = new("executed, but the response is lost", async (_, send) =>
    {
        (await send()).Dispose();
        return null;
    }) { IsRisky = true };

    public static Fault Throttled { get; } = Status("429, come back in 1 s", 429, retryAfter: 1);

    public static Fault ThrottledLong { get; } = Status("429, come back in 30 s", 429, retryAfter: 30);

    public static Fault Unavailable { get; } = Status("503", 503);

    public static Fault BadRequest { get; } = Status("400 of a gateway", 400);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new("connection reset", (_, _) => Task.FromResult<HttpResponseMessage?>(null)) { IsRisky = true },
        Delay,
        Hang,
        Drip,
        new("half a body",
            async (_, send) => await WithBodyAsync(await send(), body => new HalfContent(body))) { IsRisky = true },
        BadRequest,
        Status("403 of a gateway", 403),
        Status("404 of a gateway", 404) with { IsAbsence = true, IsRisky = true },
        Status("409 of a gateway", 409) with { IsRisky = true },
        Status("412 of a gateway", 412) with { IsRisky = true },
        Throttled,
        ThrottledLong,
        Status("500", 500),
        Status("503, come back in 1 s", 503, retryAfter: 1),
        Unavailable,
        NoDocument("a page of HTML", "text/html", "<html>Please sign in.</html>"),
        NoDocument("an empty object", "application/json", "{}") with { IsRisky = true },
        NoDocument("an array that does not end", "application/json", "[{\"value\":"),
        new("bytes that are not HTTP", (_, _) =>
            Task.FromResult<HttpResponseMessage?>(new RawAnswer(Encoding.UTF8.GetBytes("SSH-2.0-gateway\r\n\r\n")))),
        Lost,
        new("done, and then 500", async (_, send) =>
        {
            (await send()).Dispose();
            return Page(500, "text/html", "<html>Oh.</html>");
        }),
        new("done, and then 412 of a gateway", async (_, send) =>
        {
            (await send()).Dispose();
            return Page(412, "text/html", "<html>No.</html>");
        }) { IsRisky = true },
    ];

    /// <summary>Each call gets a different one of the quick faults.</summary>
    public static Fault Mixed(Dice dice)
    {
        var quick = All.Where(fault => !fault.IsSlow).ToList();
        return new("another fault for each call", (request, send) =>
        {
            int which;
            lock (dice)
                which = dice.Below(quick.Count);
            return quick[which].AnswerAsync(request, send);
        }) { IsAbsence = true, Pause = quick.Max(fault => fault.Pause) };
    }

    /// <summary>False responses of the storage.</summary>
    public static IReadOnlyList<Fault> Forged { get; } =
    [
        Forge(404, "ResourceNotFound"),
        Forge(404, "TableNotFound"),
        Forge(409, "EntityAlreadyExists"),
        Forge(412, "UpdateConditionNotSatisfied"),
        Forge(400, "InvalidInput"),
        Forge(403, "AuthorizationFailure"),
    ];

    /// <summary>Storage responses with valid headers and damage elsewhere; the request was executed.</summary>
    public static IReadOnlyList<Fault> Damaged { get; } = [.. MangledAnswer.All.Select(Damage)];

    public override string ToString() => Name;

    private static Fault NoDocument(string name, string type, string text) =>
        new(name, (_, _) => Task.FromResult<HttpResponseMessage?>(Page(200, type, text))) { IsNoDocument = true };

    private static Fault Status(string name, int status, int? retryAfter = null) => new(name, (_, _) =>
    {
        var answer = Page(status, "text/html", "<html>A gateway says no.</html>");
        if (retryAfter is { } seconds)
            answer.Headers.TryAddWithoutValidation("Retry-After", $"{seconds}");
        return Task.FromResult<HttpResponseMessage?>(answer);
    }) { Pause = TimeSpan.FromSeconds(retryAfter ?? 0) };

    private static Fault Forge(int status, string code) => new($"{status} {code}, forged", (request, _) =>
    {
        var error = $"{{\"odata.error\":{{\"code\":\"{code}\",\"message\":{{\"lang\":\"en-US\",\"value\":\"No.\"}}}}}}";
        var isBatch = request.RequestUri!.AbsolutePath.EndsWith("$batch", StringComparison.Ordinal);
        var answer = isBatch
            ? Page(202, "multipart/mixed; boundary=batchresponse_1", string.Join(
                "\r\n",
                "--batchresponse_1", "Content-Type: multipart/mixed; boundary=changesetresponse_1", "",
                "--changesetresponse_1", "Content-Type: application/http", "Content-Transfer-Encoding: binary", "",
                $"HTTP/1.1 {status} No", "Content-Type: application/json;odata=minimalmetadata", "", error,
                "--changesetresponse_1--", "--batchresponse_1--", ""))
            : Page(status, "application/json", error);
        answer.Headers.TryAddWithoutValidation("x-ms-request-id", "11111111-2222-3333-4444-555555555555");
        return Task.FromResult<HttpResponseMessage?>(answer);
    }) { IsForged = true };

    private static Fault Damage(MangledAnswer damage) => new(damage.Name, async (request, send) =>
    {
        var answer = await send();
        if (damage.Calls.Contains(MangledAnswer.CallOf(request)))
            await damage.DamageAsync(answer);
        return answer;
    });

    private static HttpResponseMessage Page(int status, string type, string text)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return new HttpResponseMessage((HttpStatusCode)status) { Content = content };
    }

    private static async Task<HttpResponseMessage> WithBodyAsync(
        HttpResponseMessage answer, Func<byte[], HttpContent> other)
    {
        var content = other(await answer.Content.ReadAsByteArrayAsync());
        foreach (var (name, values) in answer.Content.Headers)
            content.Headers.TryAddWithoutValidation(name, values);
        answer.Content = content;
        return answer;
    }

    private static CancellationToken Aborted(HttpRequestMessage request) =>
        request.Options.TryGetValue(RecordingProxy.Aborted, out var aborted) ? aborted : CancellationToken.None;

    private sealed class HalfContent(byte[] body) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync(body.AsMemory(0, body.Length / 2));
            await stream.FlushAsync();
            throw new IOException("The second half is never sent.");
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }

    private sealed class DrippingContent(byte[] body, CancellationToken aborted) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            foreach (var one in body)
            {
                await stream.WriteAsync(new[] { one }, aborted);
                await stream.FlushAsync(aborted);
                await Task.Delay(400, aborted);
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = body.Length;
            return true;
        }
    }
}
