using AtpKeyserver.Errors;
using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Storage.Policies;

/// <summary>
/// Fails if our clock and the storage's differ by more than a minute. A row's time of writing must match the storage's
/// timestamp, so with a wrong clock we would write unreadable rows. Checking read responses is enough, because every
/// change starts with a read.
/// </summary>
internal sealed class ClockPolicy(TimeProvider clock) : HttpPipelineSynchronousPolicy
{
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    public override void OnReceivedResponse(HttpMessage message)
    {
        if (message.Response.Headers.Date is { } theirs && (clock.GetUtcNow() - theirs).Duration() > Tolerance)
        {
            throw KeyserverException.Upstream(
                "This server's clock is wrong; its operator must correct it.", new TimeoutException("Clock"));
        }
    }
}
