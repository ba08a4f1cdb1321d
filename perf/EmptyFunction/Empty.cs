using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Perf.EmptyFunction;

/// <summary>An empty function. The difference to it is the keyserver's own cost.</summary>
public sealed class Empty
{
    [Function("Empty")]
    public IResult Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "empty")] HttpRequest request) =>
        Results.Text("{}", "application/json");
}
