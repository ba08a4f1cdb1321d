using System.Globalization;
using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Data.Tables.Wire;

/// <summary>
/// Signs <c>{x-ms-date}\n/{account}{path}[?comp=…]</c>, the path as it is sent.
/// Source: https://learn.microsoft.com/rest/api/storageservices/authorize-with-shared-key
/// </summary>
internal sealed class SharedKeyLitePolicy(TableSharedKeyCredential credential) : HttpPipelineSynchronousPolicy
{
    private Moment _last = new(0, string.Empty);

    public override void OnSendingRequest(HttpMessage message)
    {
        var date = Date();
        var path = message.Request.Uri.ToUri().AbsolutePath;
        message.Request.Headers.SetValue("x-ms-date", date);
        message.Request.Headers.SetValue(
            HttpHeader.Names.Authorization,
            $"SharedKeyLite {credential.AccountName}:{credential.Sign(date, path)}");
    }

    /// <summary>The time in RFC 1123, made once a second.</summary>
    private string Date()
    {
        var now = TimeProvider.System.GetUtcNow();
        var second = now.ToUnixTimeSeconds();
        var last = Volatile.Read(ref _last);
        if (last.Second == second)
            return last.Text;
        last = new Moment(second, now.ToString("r", CultureInfo.InvariantCulture));
        Volatile.Write(ref _last, last);
        return last.Text;
    }

    private sealed record Moment(long Second, string Text);
}
