using AtpKeyserver.Errors;
using Azure.Core;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Storage.Policies;

/// <summary>
/// Refuses to work while our clock and the storage's differ by more than a minute. Rows carry the time of their writing, and one that does not fit
/// the storage's stamp is taken for tampering: with a wrong clock we would write rows that nobody can read. Every change begins with a read, so
/// looking at the answers of reads is enough.
/// </summary>
internal sealed class ClockPolicy(TimeProvider clock) : HttpPipelineSynchronousPolicy
{
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    public override void OnReceivedResponse(HttpMessage message)
    {
        if (message.Response.Headers.Date is { } theirs && (clock.GetUtcNow() - theirs).Duration() > Tolerance)
            throw KeyserverException.Upstream("This server's clock is wrong; its operator has to set it.", new TimeoutException("Clock"));
    }
}
