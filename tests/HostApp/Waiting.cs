using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Tests.HostApp;

/// <summary>Waits until the caller goes away, or until it is opened.</summary>
public sealed class Waiting(ILogger<Waiting> logger)
{
    private static readonly TaskCompletionSource Gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Function("Wait")]
    public async Task<IResult> Wait(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "wait")] HttpRequest request, CancellationToken cancellation)
    {
        Line("Wait begins");
        try
        {
            await Gate.Task.WaitAsync(cancellation);
            return Results.Text("opened");
        }
        catch (OperationCanceledException)
        {
            Line("Wait was cancelled");
            throw;
        }
    }

    [Function("Open")]
    public IResult Open([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "open")] HttpRequest request)
    {
        Gate.TrySetResult();
        return Results.NoContent();
    }

    private void Line(string text) => logger.Log(LogLevel.Information, 0, text, null, static (state, _) => state);
}
