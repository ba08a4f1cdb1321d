using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Tests.Integration.Host;

/// <summary>One class for each way to be refused.</summary>
public static class RefusedFunctions
{
    public sealed class DottedName
    {
        [Function("a.b")]
        public void Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => _ = request;
    }

    public sealed class DigitFirst
    {
        [Function("1a")]
        public void Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => _ = request;
    }

    public sealed class SameName
    {
        [Function("Twin")]
        public void One([HttpTrigger(AuthorizationLevel.Anonymous, Route = "one")] HttpRequest request) => _ = request;

        [Function("twin")]
        public void Two([HttpTrigger(AuthorizationLevel.Anonymous, Route = "two")] HttpRequest request) => _ = request;
    }

    public sealed class SameRoute
    {
        [Function("One")]
        public void One([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "same/{x}")] HttpRequest request) => _ = request;

        [Function("Two")]
        public void Two([HttpTrigger(AuthorizationLevel.Anonymous, "POST", Route = "Same/{x}")] HttpRequest request) => _ = request;
    }

    public sealed class SameRouteAllVerbs
    {
        [Function("One")]
        public void One([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "same")] HttpRequest request) => _ = request;

        [Function("Two")]
        public void Two([HttpTrigger(AuthorizationLevel.Anonymous, Route = "same")] HttpRequest request) => _ = request;
    }

    public sealed class AdminRoute
    {
        [Function("Admin")]
        public void Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "/Administration")] HttpRequest request) => _ = request;
    }

    public sealed class RuntimeRoute
    {
        [Function("RuntimeX")]
        public void Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "runtime/x")] HttpRequest request) => _ = request;
    }

    public sealed class MalformedRoute
    {
        [Function("Malformed")]
        public void Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "a/{b")] HttpRequest request) => _ = request;
    }

    public sealed class UnknownConstraint
    {
        [Function("Unknown")]
        public void Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "a/{b:nonsense}")] HttpRequest request) => _ = request;
    }

    public sealed class MalformedSchedule
    {
        [Function("Sometimes")]
        public void Run([TimerTrigger("0 0 0 * *")] TimerInfo timer) => _ = timer;
    }

    public sealed class MissingSetting
    {
        [Function("Unset")]
        public void Run([TimerTrigger("%Never_Set%")] TimerInfo timer) => _ = timer;
    }

    public sealed class UnknownParameter
    {
        [Function("Parameter")]
        public void Run([HttpTrigger(AuthorizationLevel.Anonymous, Route = "a/{id}")] HttpRequest request, string id) => _ = (request, id);
    }

    public sealed class WrongTriggerType
    {
        [Function("Wrong")]
        public void Run([TimerTrigger("0 0 0 * * *")] string timer) => _ = timer;
    }

    public sealed class NoTrigger
    {
        [Function("Untriggered")]
        public void Run(FunctionContext context) => _ = context;
    }

    public sealed class UnknownResult
    {
        [Function("Result")]
        public Task<string> Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Task.FromResult(request.Method);
    }

    public sealed class NotPublic
    {
        [Function("Hidden")]
        internal void Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => _ = request;
    }

    /// <summary>Nothing to refuse: one route, but no verb in common.</summary>
    public sealed class ApartByVerb
    {
        [Function("One")]
        public IResult One([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "same")] HttpRequest request) =>
            Results.Text("One " + request.Method);

        [Function("Two")]
        public IResult Two([HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "same")] HttpRequest request) =>
            Results.Text("Two " + request.Method);
    }
}
