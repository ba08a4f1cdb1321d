using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker.LocalHost.Routing;

namespace Microsoft.Azure.Functions.Worker.LocalHost;

/// <summary>What holds for all HTTP functions.</summary>
/// <param name="MasterKey">For the admin route and for functions that are not anonymous.</param>
/// <param name="Gate">Null: no limit.</param>
/// <param name="CustomHeaders">On every answer.</param>
internal sealed record HttpRules(MasterKey MasterKey, RequestGate? Gate, IReadOnlyList<KeyValuePair<string, string>> CustomHeaders)
{
    internal void AddHeaders(HttpResponse response)
    {
        for (var i = 0; i < CustomHeaders.Count; i++)
            response.Headers[CustomHeaders[i].Key] = CustomHeaders[i].Value;
    }
}
