using System.Web;
using AtpKeyserver.Tests.Support;

namespace AtpKeyserver.Tests.Client;

/// <summary>Keys that are requested together are read with one call.</summary>
public sealed class KeyBatchTests
{
    private const string Owner = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";

    private static readonly TimeSpan Delay = new KeyserverClientOptions().KeyBatchDelay;

    [Fact]
    public async Task Keys_for_many_posts_are_one_call()
    {
        using var keyserver = Create(call => Answer(call, _ => null, active: 5));
        var group = FakeKeyserver.Group;
        var posts = Enumerable.Range(1, 5).Select(version => (version, Text: Encrypt(version))).ToArray();
        var texts = Enumerable.Range(0, 200).Select(i => posts[i % 5]).Select(post =>
            keyserver.Client.Content.DecryptTextAsync(group, FakeKeyserver.AtUri, post.Text, post.version)).ToArray();
        var active = keyserver.Client.Content.EncryptAsync(group, FakeKeyserver.AtUri, "text");
        Assert.Empty(keyserver.Web.Requests);
        keyserver.Clock.Advance(Delay);
        Assert.All(await Task.WhenAll(texts), text => Assert.Equal("text", text));
        Assert.Equal(5, (await active).KeyVersion);
        Assert.Equal(
            [$"{group}@1", $"{group}@2", $"{group}@3", $"{group}@4", $"{group}@5", group],
            Names(Assert.Single(keyserver.Web.Requests)).Order(StringComparer.Ordinal).OrderBy(name => name == group));
    }

    [Fact]
    public async Task A_cached_key_needs_no_call()
    {
        using var keyserver = Create(Answer);
        var first = new[] { RentAsync(keyserver, "a"), RentAsync(keyserver, "b") };
        keyserver.Clock.Advance(Delay);
        await Task.WhenAll(first);
        await Task.WhenAll(RentAsync(keyserver, "a"), RentAsync(keyserver, "b"));
        Assert.Single(keyserver.Web.Requests);
    }

    [Fact]
    public async Task Keys_are_collected_until_the_delay_of_the_first_has_passed()
    {
        using var keyserver = Create(Answer);
        var keys = new List<Task> { RentAsync(keyserver, "a") };
        keyserver.Clock.Advance(Delay - TimeSpan.FromTicks(1));
        keys.Add(RentAsync(keyserver, "b"));
        Assert.Empty(keyserver.Web.Requests);
        keyserver.Clock.Advance(TimeSpan.FromTicks(1));
        await Task.WhenAll(keys);
        Assert.Equal(2, Names(Assert.Single(keyserver.Web.Requests)).Length);
    }

    [Fact]
    public async Task More_than_a_hundred_keys_are_several_calls()
    {
        using var keyserver = Create(Answer);
        var keys = Enumerable.Range(1, 201).Select(i => RentAsync(keyserver, "a", i)).ToArray();
        keyserver.Clock.Advance(Delay);
        await Task.WhenAll(keys);
        Assert.Equal(
            [("group.getKey", 0), ("group.getKeys", 100), ("group.getKeys", 100)],
            keyserver.Web.Requests.Select(call => (call.Method, Names(call).Length)).Order());
    }

    [Fact]
    public async Task A_call_is_not_longer_than_six_KiB()
    {
        using var keyserver = Create(Answer);
        var label = new string('a', 63);
        var owner = $"did:web:{label}.{label}.{label}.{new string('a', 57)}.com";
        var keys = Enumerable.Range(100, 50).Select(i => RentIdAsync(keyserver, $"{owner}#{new string('n', 125)}{i}"))
            .ToArray();
        keyserver.Clock.Advance(Delay);
        await Task.WhenAll(keys);
        Assert.Equal(4, keyserver.Web.Requests.Count);
        Assert.All(keyserver.Web.Requests, call => Assert.InRange(call.Uri.PathAndQuery.Length, 1, 6 << 10));
        Assert.Equal(50, keyserver.Web.Requests.Sum(call => Names(call).Length));
    }

    [Fact]
    public async Task One_key_requested_many_times_is_asked_for_once_and_each_caller_gets_its_own()
    {
        using var keyserver = Create(Answer);
        var keys = Enumerable.Range(0, 50).Select(_ => keyserver.Client.Groups.GetKeyAsync(Id("a"))).ToArray();
        var other = keyserver.Client.Groups.GetKeyAsync(Id("b"), 7);
        keyserver.Clock.Advance(Delay);
        foreach (var call in keys)
        {
            using var key = await call;
            Assert.Equal((Id("a"), 2), (key.GroupId, key.Version));
            Assert.Equal(FakeKeyserver.Key(2), key.Key);
        }

        Assert.Equal(7, (await other).Version);
        Assert.Equal([Id("a"), Id("b") + "@7"], Names(Assert.Single(keyserver.Web.Requests)).Order());
    }

    [Fact]
    public async Task A_single_key_is_read_by_getKey()
    {
        using var keyserver = Create(Answer);
        var key = RentAsync(keyserver, "a");
        keyserver.Clock.Advance(Delay);
        await key;
        Assert.Equal("group.getKey", Assert.Single(keyserver.Web.Requests).Method);
    }

    [Theory]
    [InlineData("Forbidden", typeof(LostAccessException), 403)]
    [InlineData("GroupNotFound", typeof(GoneException), 404)]
    [InlineData("KeyVersionNotFound", typeof(GoneException), 404)]
    [InlineData("RateLimitExceeded", typeof(LimitedException), 429)]
    [InlineData("UpstreamFailure", typeof(UpstreamException), 503)]
    [InlineData("InternalServerError", typeof(UpstreamException), 500)]
    [InlineData("NewName", typeof(UpstreamException), 500)]
    public async Task An_error_of_one_key_concerns_only_that_key(string name, Type type, int status)
    {
        using var keyserver = Create(call => Answer(call, asked => asked == Id("bad") + "@1" ? name : null));
        var (good, bad) = (RentAsync(keyserver, "good"), RentAsync(keyserver, "bad", 1));
        keyserver.Clock.Advance(Delay);
        await good;
        var thrown = await Assert.ThrowsAnyAsync<KeyserverException>(() => AdvanceAsync(keyserver, bad));
        Assert.IsType(type, thrown);
        Assert.Equal((name, status), (thrown.ErrorName, thrown.Status));
        Assert.NotEqual("", thrown.Explanation);
    }

    [Fact]
    public async Task Only_keys_that_failed_for_now_are_asked_for_again()
    {
        var calls = 0;
        using var keyserver = Create(call =>
            Interlocked.Increment(ref calls) == 1
                ? Answer(call, asked => asked == Id("b") ? "UpstreamFailure" : null)
                : Answer(call));
        var (a, b) = (RentAsync(keyserver, "a"), RentAsync(keyserver, "b"));
        keyserver.Clock.Advance(Delay);
        await AdvanceAsync(keyserver, Task.WhenAll(a, b));
        Assert.Equal([Id("b")], Names(keyserver.Web.Requests[1]));
    }

    [Fact]
    public async Task An_error_of_the_call_concerns_all_its_keys()
    {
        using var keyserver = Create(_ => FakeWeb.Error(429, "RateLimitExceeded", retryAfter: "60"));
        var keys = new[] { RentAsync(keyserver, "a"), RentAsync(keyserver, "b") };
        keyserver.Clock.Advance(Delay);
        foreach (var key in keys)
        {
            var thrown = await Assert.ThrowsAsync<LimitedException>(() => key);
            Assert.Equal(TimeSpan.FromSeconds(60), thrown.RetryAfter);
        }

        Assert.Single(keyserver.Web.Requests);
    }

    [Fact]
    public async Task The_owners_first_use_creates_the_group()
    {
        using var keyserver = Create(call => call.Method == "group.getKey"
            ? FakeKeyserver.GroupKey(call, active: 1)
            : Answer(call, asked => asked.StartsWith(Id("new"), StringComparison.Ordinal) ? "GroupNotFound" : null));
        var keys = new[] { RentAsync(keyserver, "new"), RentAsync(keyserver, "a") };
        var old = RentAsync(keyserver, "new-too", 3);
        keyserver.Clock.Advance(Delay);
        await Task.WhenAll(keys);
        await Assert.ThrowsAsync<GoneException>(() => old);
        Assert.Equal(["group.getKeys", "group.getKey"], keyserver.Web.Requests.Select(call => call.Method));
    }

    [Fact]
    public async Task A_caller_that_leaves_does_not_end_the_call_of_the_others()
    {
        using var keyserver = Create(Answer);
        using var stop = new CancellationTokenSource();
        var gone = keyserver.Client.Groups.GetKeyAsync(Id("a"), cancellation: stop.Token);
        var same = keyserver.Client.Groups.GetKeyAsync(Id("a"));
        var left = keyserver.Client.Groups.GetKeyAsync(Id("b"), cancellation: stop.Token);
        var other = keyserver.Client.Groups.GetKeyAsync(Id("c"));
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        keyserver.Clock.Advance(Delay);
        (await same).Dispose();
        (await other).Dispose();
        Assert.Equal([Id("a"), Id("c")], Names(Assert.Single(keyserver.Web.Requests)).Order());
    }

    [Fact]
    public async Task A_call_ends_when_all_its_callers_have_left()
    {
        using var handler = new Watched();
        using var http = new HttpClient(handler);
        var clock = new ManualClock { HoldsDelays = true };
        using var client = new KeyserverClient(
            FakeKeyserver.Did,
            (_, method, _) => Task.FromResult(FakeKeyserver.Jwt(method, clock.GetUtcNow().AddMinutes(1))),
            new() { Address = new Uri("https://keys.example.com"), HttpClient = http, TimeProvider = clock });
        using var first = new CancellationTokenSource();
        using var last = new CancellationTokenSource();
        var keys = new[] { RentAsync(client, Id("a"), first.Token), RentAsync(client, Id("b"), last.Token) };
        clock.Advance(Delay);
        var call = await handler.Sent.Task;
        await first.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => keys[0]);
        Assert.False(call.IsCancellationRequested);
        await last.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => keys[1]);
        Assert.True(call.IsCancellationRequested);
    }

    [Fact]
    public async Task Nothing_is_sent_when_all_callers_left_during_the_delay()
    {
        using var keyserver = Create(Answer);
        using var stop = new CancellationTokenSource();
        var key = keyserver.Client.Groups.GetKeyAsync(Id("a"), cancellation: stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => key);
        keyserver.Clock.Advance(Delay);
        Assert.Empty(keyserver.Web.Requests);
    }

    [Fact]
    public async Task The_end_of_the_client_ends_the_waiting()
    {
        using var keyserver = Create(Answer);
        var keys = new Task[]
        {
            RentAsync(keyserver, "a"), keyserver.Client.Groups.GetKeyAsync(Id("b")),
        };
        keyserver.Client.Dispose();
        foreach (var key in keys)
            await Assert.ThrowsAsync<ObjectDisposedException>(() => key);
        keyserver.Clock.Advance(Delay);
        Assert.Empty(keyserver.Web.Requests);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => keyserver.Client.Groups.GetKeyAsync(Id("b")));
    }

    [Fact]
    public async Task Without_a_delay_each_key_is_a_call_at_once()
    {
        using var keyserver = new FakeKeyserver(Answer);
        await Task.WhenAll(RentAsync(keyserver, "a"), RentAsync(keyserver, "b"));
        Assert.Equal(["group.getKey", "group.getKey"], keyserver.Web.Requests.Select(call => call.Method));
        Assert.Empty(keyserver.Clock.Waits);
    }

    [Theory]
    [InlineData(501)]
    [InlineData(404)]
    public async Task A_server_without_the_method_is_asked_for_each_key(int status)
    {
        using var keyserver = Create(
            call => call.Method == "group.getKeys" ? FakeWeb.Error(status, "MethodNotImplemented") : Answer(call));
        var keys = new[] { RentAsync(keyserver, "a"), RentAsync(keyserver, "b") };
        keyserver.Clock.Advance(Delay);
        await Task.WhenAll(keys);
        // Without a delay from now on.
        await Task.WhenAll(RentAsync(keyserver, "c"), RentAsync(keyserver, "d"));
        Assert.Single(keyserver.Web.Requests, call => call.Method == "group.getKeys");
        Assert.Equal(5, keyserver.Web.Requests.Count);
    }

    [Fact]
    public async Task A_server_without_the_method_is_asked_for_it_again_after_ten_minutes()
    {
        var isUpgraded = false;
        using var keyserver = Create(call => call.Method == "group.getKeys" && !isUpgraded
            ? FakeWeb.Error(501, "MethodNotImplemented")
            : Answer(call));
        await ReadAsync("a", "b");
        keyserver.Clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        await Task.WhenAll(RentAsync(keyserver, "c"), RentAsync(keyserver, "d"));
        Assert.Equal(1, CallsForMany());
        keyserver.Clock.Advance(TimeSpan.FromTicks(1));
        await ReadAsync("e", "f");
        Assert.Equal(2, CallsForMany());
        // Still without the method: not asked for ten minutes again.
        await Task.WhenAll(RentAsync(keyserver, "g"), RentAsync(keyserver, "h"));
        Assert.Equal(2, CallsForMany());
        isUpgraded = true;
        keyserver.Clock.Advance(TimeSpan.FromMinutes(10));
        await ReadAsync("i", "j");
        await ReadAsync("k", "l");
        Assert.Equal(4, CallsForMany());
        Assert.Equal(8, keyserver.Web.Requests.Count - CallsForMany());

        async Task ReadAsync(params string[] groups)
        {
            var keys = groups.Select(group => RentAsync(keyserver, group)).ToArray();
            keyserver.Clock.Advance(Delay);
            await Task.WhenAll(keys);
        }

        int CallsForMany() => keyserver.Web.Requests.Count(call => call.Method == "group.getKeys");
    }

    [Theory]
    [InlineData(501, "MethodNotImplemented")]
    [InlineData(400, "InvalidRequest")]
    public async Task At_most_four_calls_replace_a_call_for_many_keys_at_once(int status, string name)
    {
        var calls = new CountedCalls();
        using var keyserver = new FakeKeyserver(
            async call =>
            {
                if (call.Method == "group.getKeys" && Names(call).Length >= 50)
                    return FakeWeb.Error(status, name);
                await calls.RunAsync();
                if (call.Method == "group.getKeys")
                    return FakeWeb.Error(status, name);
                return Answer(call);
            },
            collects: true);
        var keys = Enumerable.Range(0, 100).Select(i => RentAsync(keyserver, $"a{i}")).ToArray();
        keyserver.Clock.Advance(Delay);
        await Task.WhenAll(keys);
        Assert.Equal(4, calls.Most);

        // Afterwards there is no call for many keys any more, unless the keys were rejected.
        var before = keyserver.Web.Requests.Count;
        keys = [.. Enumerable.Range(0, 100).Select(i => RentAsync(keyserver, $"b{i}"))];
        keyserver.Clock.Advance(Delay);
        await Task.WhenAll(keys);
        Assert.Equal(4, calls.Most);
        Assert.Equal(status == 400 ? 199 : 100, keyserver.Web.Requests.Count - before);
    }

    [Fact]
    public async Task Each_half_of_a_rejected_call_fails_at_once_with_its_own_error()
    {
        var second = new TaskCompletionSource<HttpResponseMessage>();
        using var keyserver = new FakeKeyserver(
            call => Names(call) switch
            {
                { Length: 4 } => Task.FromResult(FakeWeb.Error(400, "InvalidRequest")),
                var half when half.Contains(Id("a")) =>
                    Task.FromResult(FakeWeb.Error(429, "RateLimitExceeded", retryAfter: "60")),
                _ => second.Task,
            },
            collects: true);
        var keys = new[] { "a", "b", "c", "d" }.Select(group => RentAsync(keyserver, group)).ToArray();
        keyserver.Clock.Advance(Delay);
        foreach (var key in keys[..2])
            await Assert.ThrowsAsync<LimitedException>(() => key.WaitAsync(Eventually.Patience));
        second.SetResult(FakeWeb.Error(403, "Forbidden"));
        foreach (var key in keys[2..])
            await Assert.ThrowsAsync<LostAccessException>(() => key);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(37)]
    [InlineData(99)]
    public async Task A_key_that_the_server_rejects_costs_few_calls(int rejected)
    {
        // The server does not resolve this domain, which the client does not know.
        var bad = "did:web:alice.test#x";
        using var keyserver = Create(call => call.Uri.Query.Contains("alice.test", StringComparison.Ordinal)
            ? FakeWeb.Error(400, "InvalidRequest")
            : Answer(call));
        var keys = Enumerable.Range(0, 100)
            .Select(i => i == rejected ? RentIdAsync(keyserver, bad) : RentAsync(keyserver, $"a{i}")).ToArray();
        keyserver.Clock.Advance(Delay);
        await Assert.ThrowsAsync<InvalidCallException>(() => keys[rejected]);
        await Task.WhenAll(keys.Where((_, i) => i != rejected));
        Assert.InRange(keyserver.Web.Requests.Count, 3, 15);
        Assert.Equal(1, keyserver.Web.Requests.Count(
            call => call.Method == "group.getKey" && call.Uri.Query.Contains("alice.test", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_error_of_a_part_concerns_only_its_keys()
    {
        using var keyserver = Create(call => Names(call) switch
        {
            { Length: 4 } => FakeWeb.Error(400, "InvalidRequest"),
            [var first, ..] when first == Id("a0") => FakeWeb.Error(403, "AccountDeleted"),
            _ => Answer(call),
        });
        var keys = Enumerable.Range(0, 4).Select(i => RentAsync(keyserver, $"a{i}")).ToArray();
        keyserver.Clock.Advance(Delay);
        await Assert.ThrowsAsync<GoneException>(() => keys[0]);
        await Assert.ThrowsAsync<GoneException>(() => keys[1]);
        await Task.WhenAll(keys[2..]);
        Assert.Equal(3, keyserver.Web.Requests.Count);
    }

    [Theory]
    [InlineData("ExpiredToken")]
    [InlineData("AccountTakedown")]
    public async Task Another_400_fails_all_keys_without_further_calls(string name)
    {
        using var keyserver = Create(_ => FakeWeb.Error(400, name));
        var keys = Enumerable.Range(0, 100).Select(i => RentAsync(keyserver, $"a{i}")).ToArray();
        keyserver.Clock.Advance(Delay);
        foreach (var key in keys)
            Assert.Equal(name, (await Assert.ThrowsAsync<InvalidCallException>(() => key)).ErrorName);
        Assert.Single(keyserver.Web.Requests);
    }

    [Theory]
    [InlineData(400, "InvalidRequest")]
    [InlineData(404, "NotFound")]
    [InlineData(501, "MethodNotImplemented")]
    public async Task An_error_of_the_token_fails_all_keys_without_further_calls(int status, string name)
    {
        var clock = new ManualClock { HoldsDelays = true };
        using var web = new FakeWeb(_ => FakeWeb.Error(500, "Unexpected"));
        using var http = web.Client();
        var tokens = 0;
        using var client = new KeyserverClient(
            FakeKeyserver.Did,
            (_, _, _) =>
            {
                tokens++;
                throw new PdsException(name, "Told by the test.") { Status = status };
            },
            new() { Address = new Uri("https://keys.example.com"), HttpClient = http, TimeProvider = clock });
        var keys = Enumerable.Range(0, 100).Select(i => RentAsync(client, Id($"a{i}"), default)).ToArray();
        clock.Advance(Delay);
        foreach (var key in keys)
            Assert.Equal(status, (await Assert.ThrowsAsync<PdsException>(() => key)).Status);
        Assert.Equal(1, tokens);
        Assert.Empty(web.Requests);
    }

    [Fact]
    public async Task A_404_without_an_XRPC_error_fails_all_keys_without_further_calls()
    {
        using var keyserver = Create(_ => FakeWeb.Json("<h1>Not Found</h1>", 404));
        foreach (var calls in (int[])[1, 2])
        {
            var keys = Enumerable.Range(0, 100).Select(i => RentAsync(keyserver, $"a{i}")).ToArray();
            keyserver.Clock.Advance(Delay);
            foreach (var key in keys)
                Assert.Equal(404, (await Assert.ThrowsAsync<UpstreamException>(() => key)).Status);
            Assert.Equal(calls, keyserver.Web.Requests.Count);
        }
    }

    [Fact]
    public async Task A_cancelled_single_call_names_the_token_of_its_caller()
    {
        using var keyserver = new FakeKeyserver(
            call => call.Method == "group.getKeys"
                ? Task.FromResult(FakeWeb.Error(501, "MethodNotImplemented"))
                : call.Uri.Query.Contains("slow", StringComparison.Ordinal)
                    ? new TaskCompletionSource<HttpResponseMessage>().Task
                    : Task.FromResult(Answer(call)),
            collects: true);
        var first = new[] { RentAsync(keyserver, "a"), RentAsync(keyserver, "b") };
        keyserver.Clock.Advance(Delay);
        await Task.WhenAll(first);
        using var stop = new CancellationTokenSource();
        var key = keyserver.Client.Groups.GetKeyAsync(Id("slow"), cancellation: stop.Token);
        await stop.CancelAsync();
        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => key);
        Assert.Equal(stop.Token, thrown.CancellationToken);
    }

    [Fact]
    public void A_negative_delay_is_rejected()
    {
        foreach (var delay in (TimeSpan[])[Timeout.InfiniteTimeSpan, TimeSpan.FromTicks(-1)])
        {
            var options = new KeyserverClientOptions { KeyBatchDelay = delay };
            var thrown = Assert.Throws<ArgumentOutOfRangeException>(
                () => KeyserverClient.Anonymous(FakeKeyserver.Did, options));
            Assert.Equal(nameof(options.KeyBatchDelay), thrown.ParamName);
        }
    }

    [Fact]
    public async Task Groups_are_created_by_at_most_four_calls_at_once()
    {
        var calls = new CountedCalls();
        using var keyserver = new FakeKeyserver(
            async call =>
            {
                if (call.Method == "group.getKey")
                    await calls.RunAsync();
                return Answer(call, _ => "GroupNotFound");
            },
            collects: true);
        var keys = Enumerable.Range(0, 20).Select(i => RentAsync(keyserver, $"a{i}")).ToArray();
        keyserver.Clock.Advance(Delay);
        await Task.WhenAll(keys);
        Assert.Equal(4, calls.Most);
    }

    [Fact]
    public async Task The_end_of_the_client_ends_calls_that_wait_for_others()
    {
        var never = new TaskCompletionSource<HttpResponseMessage>();
        using var keyserver = new FakeKeyserver(
            call => call.Method == "group.getKeys"
                ? Task.FromResult(FakeWeb.Error(501, "MethodNotImplemented"))
                : never.Task,
            collects: true);
        var keys = Enumerable.Range(0, 10).Select(i => keyserver.Client.Groups.GetKeyAsync(Id($"a{i}"))).ToList();
        keyserver.Clock.Advance(Delay);
        await Eventually.TrueAsync(() => keyserver.Web.Requests.Count == 5);
        keys.Add(keyserver.Client.Groups.GetKeyAsync(Id("b")));
        keyserver.Client.Dispose();
        foreach (var key in keys)
            await Assert.ThrowsAsync<ObjectDisposedException>(() => key);
        Assert.Equal(5, keyserver.Web.Requests.Count);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("did:plc:short#friends")]
    [InlineData("did:plc:ewvi7nxzyoun6zhxrhs64oiz#friends@1")]
    [InlineData("did:web:x#a#b")]
    public async Task An_invalid_group_of_a_record_does_not_disturb_others(string invalid)
    {
        using var keyserver = Create(
            call => call.Method == "group.getKey" ? FakeWeb.Error(400, "InvalidRequest") : Answer(call));
        var good = new[] { RentAsync(keyserver, "a"), RentAsync(keyserver, "b") };
        await Assert.ThrowsAsync<InvalidCallException>(() => RentIdAsync(keyserver, invalid));
        keyserver.Clock.Advance(Delay);
        await Task.WhenAll(good);
    }

    [Theory]
    [InlineData("""{"groupId":"did:plc:ewvi7nxzyoun6zhxrhs64oiz#x","version":1,"secretKey":"KEY"}""")]
    [InlineData("""{"groupId":"did:plc:ewvi7nxzyoun6zhxrhs64oiz#b","version":2,"secretKey":"KEY"}""")]
    [InlineData("""{"groupId":"did:plc:ewvi7nxzyoun6zhxrhs64oiz#b","version":2,"error":"Forbidden"}""")]
    [InlineData("""{"groupId":"did:plc:ewvi7nxzyoun6zhxrhs64oiz#b","version":1}""")]
    [InlineData("""{"groupId":"did:plc:ewvi7nxzyoun6zhxrhs64oiz#b","version":1,"secretKey":"KEY","error":"E"}""")]
    [InlineData("""{"groupId":"did:plc:ewvi7nxzyoun6zhxrhs64oiz#b","version":1,"secretKey":"00"}""")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("GOOD,GOOD")]
    public async Task A_response_with_a_wrong_entry_is_not_used(string entry)
    {
        const string a = """{"groupId":"did:plc:ewvi7nxzyoun6zhxrhs64oiz#a","version":1,"secretKey":"KEY"}""";
        var hex = new string('a', 64);
        var body = $$"""{"keys":[{{a}}{{(entry == "" ? "" : ",")}}{{entry}}]}"""
            .Replace("GOOD", a.Replace("#a", "#b", StringComparison.Ordinal), StringComparison.Ordinal)
            .Replace("KEY", hex, StringComparison.Ordinal);
        using var keyserver = Create(_ => FakeWeb.Json(body));
        var keys = new[] { RentAsync(keyserver, "a", 1), RentAsync(keyserver, "b", 1) };
        keyserver.Clock.Advance(Delay);
        foreach (var key in keys)
        {
            var thrown = await Assert.ThrowsAsync<UpstreamException>(() => key);
            Assert.Equal(KeyserverErrors.UnexpectedAnswer, thrown.ErrorName);
            Assert.DoesNotContain(hex, thrown.ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"keys":null}""")]
    [InlineData("""{"keys":{}}""")]
    [InlineData("""{"keys":[[]]}""")]
    [InlineData("[]")]
    public async Task A_response_without_a_list_of_keys_is_not_used(string body)
    {
        using var keyserver = Create(_ => FakeWeb.Json(body));
        var keys = new[] { RentAsync(keyserver, "a"), RentAsync(keyserver, "b") };
        keyserver.Clock.Advance(Delay);
        foreach (var key in keys)
            await Assert.ThrowsAsync<UpstreamException>(() => key);
    }

    [Fact]
    public async Task Entries_out_of_order_are_not_used()
    {
        using var keyserver = Create(call => Entries(Names(call).Reverse(), _ => null));
        var keys = new[] { RentAsync(keyserver, "a"), RentAsync(keyserver, "b") };
        keyserver.Clock.Advance(Delay);
        foreach (var key in keys)
            await Assert.ThrowsAsync<UpstreamException>(() => key);
    }

    private static FakeKeyserver Create(Func<Request, HttpResponseMessage> answer) =>
        new(call => Task.FromResult(answer(call)), collects: true);

    private static string Id(string group) => $"{Owner}#{group}";

    private static string[] Names(Request call) =>
        HttpUtility.ParseQueryString(call.Uri.Query).GetValues("keys") ?? [];

    private static HttpResponseMessage Answer(Request call) => Answer(call, _ => null);

    /// <param name="call">The call.</param>
    /// <param name="error">The error of a key; null if it has none.</param>
    /// <param name="active">
    /// Must not be lower than the other requested versions of the same group: the client would fetch the active key
    /// again.
    /// </param>
    private static HttpResponseMessage Answer(Request call, Func<string, string?> error, int active = 2) =>
        call.Method == "group.getKey"
            ? FakeKeyserver.GroupKey(call, active)
            : Entries(Names(call), error, active);

    private static HttpResponseMessage Entries(
        IEnumerable<string> names, Func<string, string?> error, int active = 2) =>
        FakeWeb.Json($$"""
            {"keys":[{{string.Join(',', names.Select(name =>
            {
                var parts = name.Split('@');
                var version = parts.Length > 1 ? int.Parse(parts[1], null) : active;
                return error(name) is { } wrong
                    ? $$"""{"groupId":"{{parts[0]}}","error":"{{wrong}}"{{
                        (parts.Length > 1 ? $",\"version\":{version}" : "")}}}"""
                    : $$"""{"groupId":"{{parts[0]}}","version":{{version}},"secretKey":"{{
                        Convert.ToHexStringLower(FakeKeyserver.Key(version))}}"}""";
            }))}}]}
            """);

    private static Task RentAsync(FakeKeyserver keyserver, string group, int version = KeyId.Active) =>
        RentIdAsync(keyserver, Id(group), version);

    private static async Task RentIdAsync(FakeKeyserver keyserver, string id, int version = KeyId.Active) =>
        (await keyserver.Client.Keys.RentAsync(new KeyId(KeyKind.Group, id, version), default)).Dispose();

    private static async Task RentAsync(KeyserverClient client, string id, CancellationToken cancellation) =>
        (await client.Keys.RentAsync(new KeyId(KeyKind.Group, id, KeyId.Active), cancellation)).Dispose();

    private static string Encrypt(int version)
    {
        using var key = NSec.Cryptography.Key.Import(
            NSec.Cryptography.AeadAlgorithm.XChaCha20Poly1305,
            FakeKeyserver.Key(version),
            NSec.Cryptography.KeyBlobFormat.RawSymmetricKey);
        return ContentCipher.Encrypt(key, FakeKeyserver.AtUri, "text"u8);
    }

    /// <summary>Lets retries pass until the task has ended.</summary>
    private static async Task AdvanceAsync(FakeKeyserver keyserver, Task task)
    {
        while (!task.IsCompleted)
        {
            keyserver.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(1);
        }

        await task;
    }

    /// <summary>Concurrent calls. The first ones wait until there are four.</summary>
    private sealed class CountedCalls
    {
        private readonly TaskCompletionSource _four = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly Lock _lock = new();
        private int _running;

        public int Most { get; private set; }

        public async Task RunAsync()
        {
            lock (_lock)
                Most = Math.Max(Most, ++_running);
            if (Most >= 4)
                _four.TrySetResult();
            await _four.Task.WaitAsync(Eventually.Patience);
            await Task.Yield();
            lock (_lock)
                _running--;
        }
    }

    /// <summary>Never answers, and shows the token of the call.</summary>
    private sealed class Watched : HttpMessageHandler
    {
        public TaskCompletionSource<CancellationToken> Sent { get; } = new();

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Sent.TrySetResult(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException();
        }
    }
}
