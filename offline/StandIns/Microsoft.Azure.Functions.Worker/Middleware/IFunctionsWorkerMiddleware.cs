namespace Microsoft.Azure.Functions.Worker.Middleware;

/// <summary>Stands around every call.</summary>
public interface IFunctionsWorkerMiddleware
{
    /// <summary>Does its part and calls <paramref name="next"/>, or does not.</summary>
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next);
}
