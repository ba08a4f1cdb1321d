using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Perf.EmptyFunction;

/// <summary>The least that a function can do: what a call costs beyond this is the keyserver's own.</summary>
public sealed class Empty
{
    [Function("Empty")]
    public IResult Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "empty")] HttpRequest request) =>
        Results.Text("{}", "application/json");
}
