using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf;
using AtpKeyserver.Perf.Erasure;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int Groups = 1_000;
const int Memberships = 10_000;
const string Authority = "dev.atpkeyserver.alpha.";

using var stop = new CancellationTokenSource(TimeSpan.FromMinutes(15));
var machine = Report.Machine;
Console.WriteLine(machine);
await using var stack = await Stack.StartAsync(
    new StackOptions { LogLines = 1_000, Environment = new Dictionary<string, string> { ["Keyserver__RateLimits__Enabled"] = "false" } }, stop.Token);
await using var memory = new MemoryWatch(stack.Keyserver.ProcessId);
using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = stack.App };
if (args is ["--hostile"])
{
    var victim = stack.Atproto.CreateAccount("alice.test").Did;
    await CallAsync(victim, "keypair.getKeypair", null);
    var adders = 0;
    var finished = await HostileAdders.RunAsync(
        () => stack.Atproto.CreateAccount($"adder{adders++}.test").Did,
        (owner, group) => CallAsync(owner, "group.getKey", null, $"?group_id={Uri.EscapeDataString(group)}"),
        async (owner, group) =>
        {
            try
            {
                await CallAsync(owner, "group.addMember", new { group_id = group, member_did = victim });
                return null;
            }
            catch (HttpRequestException e)
            {
                return e.Message;
            }
        },
        async () =>
        {
            var progress = await CallAsync(victim, "account.delete", new { confirmation = "DELETE_ALL_MY_DATA" });
            var deleted = progress.GetProperty("deleted");
            return (progress.GetProperty("status").GetString()!, deleted.GetProperty("memberships").GetInt32());
        });
    Console.WriteLine(finished is null ? "not finished" : $"finished after {finished:0.0} s");
    Console.WriteLine(Report.Write("erasure-hostile", machine, new { finishedSeconds = finished }));
    return 0;
}

var (alice, bob) = (stack.Atproto.CreateAccount("alice.test").Did, stack.Atproto.CreateAccount("bob.test").Did);
var options = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = stop.Token };

Console.WriteLine($"{Groups:N0} groups of Alice, each with Bob in it, and {Memberships:N0} groups of Bob with Alice in them ...");
await CallAsync(alice, "keypair.getKeypair", null);
await Parallel.ForAsync(0, Groups + Memberships, options, async (i, _) =>
{
    var (owner, member) = i < Groups ? (alice, bob) : (bob, alice);
    var group = $"{owner}#{i}";
    await CallAsync(owner, "group.getKey", null, $"?group_id={Uri.EscapeDataString(group)}");
    await CallAsync(owner, "group.addMember", new { group_id = group, member_did = member });
});

memory.Take();
var before = memory.Resident;
var began = Stopwatch.GetTimestamp();
var answer = await DeleteAsync();
var answered = Stopwatch.GetElapsedTime(began);
Console.WriteLine($"account.delete answered after {answered.TotalSeconds:0.0} s: {answer.GetRawText()}");
while (answer.GetProperty("status").GetString() != "deleted")
{
    await Task.Delay(TimeSpan.FromSeconds(5), stop.Token);
    answer = await DeleteAsync();
    Console.WriteLine($"{Stopwatch.GetElapsedTime(began).TotalSeconds,6:0.0} s {answer.GetRawText()}");
}

var complete = Stopwatch.GetElapsedTime(began);
var peak = memory.Take().Max();
Console.WriteLine($"complete after {complete.TotalSeconds:0.0} s; memory {before:0} -> {peak:0} MB");
Console.WriteLine(Report.Write("erasure", machine, new
{
    groups = Groups, memberships = Memberships, answeredSeconds = answered.TotalSeconds, completeSeconds = complete.TotalSeconds, beforeMB = before, peakMB = peak,
}));
return 0;

Task<JsonElement> DeleteAsync() => CallAsync(alice, "account.delete", new { confirmation = "DELETE_ALL_MY_DATA" });

async Task<JsonElement> CallAsync(string caller, string method, object? body, string query = "")
{
    var nsid = Authority + method;
    using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, $"/xrpc/{nsid}{query}");
    request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", stack.Atproto.MintToken(caller, $"did:web:localhost%3A{stack.App.Port}", nsid));
    if (body is not null)
        request.Content = JsonContent.Create(body);
    using var response = await http.SendAsync(request, stop.Token);
    var text = await response.Content.ReadAsStringAsync(stop.Token);
    return response.IsSuccessStatusCode ? JsonSerializer.Deserialize<JsonElement>(text) : throw new HttpRequestException($"{method}: {response.StatusCode} {text}");
}
