using Microsoft.Azure.Functions.Worker.Middleware;

namespace Microsoft.Azure.Functions.Worker.LocalHost.Functions;

/// <summary>Calls functions, through the middleware if there is any.</summary>
internal sealed class FunctionPipeline
{
    private readonly FunctionExecutionDelegate? _outermost;

    internal FunctionPipeline(IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
    {
        if (middleware.Count == 0)
            return;
        FunctionExecutionDelegate next = static context => ((LocalFunctionContext)context).CallAsync();
        foreach (var step in middleware.Reverse())
            next = step(next);
        _outermost = next;
    }

    /// <returns>What the function returned; null when it returned nothing or a middleware did not let it run.</returns>
    internal ValueTask<object?> CallAsync(LocalFunction function, IServiceProvider services, object trigger, CancellationToken cancellation)
    {
        if (_outermost is not null)
            return ThroughMiddlewareAsync(_outermost, new LocalFunctionContext(function, services, trigger, cancellation));
        var context = function.TakesContext ? new LocalFunctionContext(function, services, trigger, cancellation) : null;
        return function.Invoke(services, trigger, context, cancellation);
    }

    private static async ValueTask<object?> ThroughMiddlewareAsync(FunctionExecutionDelegate outermost, LocalFunctionContext context)
    {
        await outermost(context);
        return context.Result;
    }
}
