using DataSpace.EndToEnd.Support;
using DataSpace.Protocol.Jobs;

namespace DataSpace.EndToEnd;

/// <summary>Requests that are too large, malformed or without a token: a clear code, never an unexpected failure.</summary>
public sealed class BadRequestTests(SharedSpace shared)
{
    private Space Space => shared.Space;

    [Fact]
    public async Task A_missing_or_wrong_management_token_is_refused()
    {
        foreach (var bearer in (string?[])[null, "", "wrong", Space.Leader.AdminToken + "x", Space.Leader.AdminToken[..^1]])
            (await Space.Leader.Wire.SendAsync(HttpMethod.Get, "/admin/status", null, bearer)).Refused("DS-HST-005", 401);
        Assert.Equal(200, (await Space.Leader.GetAsync("/admin/status")).Status);
    }

    [Theory]
    [InlineData("/admin/jobs/plan")]
    [InlineData("/admin/jobs")]
    public async Task An_oversized_job_is_refused(string path)
        => (await Space.Leader.Wire.SendAsync(HttpMethod.Post, path, new byte[257 * 1024], Space.Leader.AdminToken)).Refused("DS-HST-006", 413);

    [Fact]
    public async Task An_oversized_request_to_join_is_refused()
        => (await Space.Coordinator.Wire.SendAsync(HttpMethod.Post, "/members/join", new byte[17 * 1024], null)).Refused("DS-HST-006", 413);

    [Theory]
    [InlineData("/admin/jobs/plan", "{", "DS-JOB-011")]
    [InlineData("/admin/jobs/plan", "null", "DS-HST-007")]
    [InlineData("/admin/jobs/plan", "[]", "DS-JOB-011")]
    [InlineData("/admin/jobs/plan", """{"version":1,"kind":"aggregate","unknown":true}""", "DS-JOB-011")]
    [InlineData("/admin/jobs", "{", "DS-JOB-011")]
    [InlineData("/admin/negotiations", "{", "DS-HST-007")]
    [InlineData("/admin/negotiations", "{}", "DS-HST-007")]
    [InlineData("/admin/negotiations", "null", "DS-HST-007")]
    public async Task Malformed_management_requests_are_refused(string path, string body, string code)
        => (await Space.Leader.Wire.SendAsync(HttpMethod.Post, path, Wire.Bytes(body), Space.Leader.AdminToken)).Refused(code);

    [Theory]
    [InlineData("/admin/jobs/plan")]
    [InlineData("/admin/negotiations")]
    public async Task A_body_that_is_not_declared_as_json_is_refused(string path)
        => (await Space.Leader.Wire.SendAsync(HttpMethod.Post, path, Wire.Bytes("{}"), Space.Leader.AdminToken, "text/plain")).Refused("DS-HST-007", 400);

    [Theory]
    [InlineData("{", "DS-HST-007")]
    [InlineData("{}", "DS-HST-007")]
    [InlineData("null", "DS-SIG-001")]
    public async Task A_malformed_request_to_join_is_refused(string body, string code)
        => (await Space.Coordinator.Wire.SendAsync(HttpMethod.Post, "/members/join", Wire.Bytes(body), null)).Refused(code);

    [Fact]
    public async Task A_join_document_that_nobody_signed_is_refused()
        => (await Space.Coordinator.Wire.SendAsync(HttpMethod.Post, "/members/join", Wire.Bytes("""{"document":"x.y.z"}"""), null)).Refused("DS-SIG-001", 401);

    [Theory]
    [InlineData("/peer/jobs", """{"order":"x"}""", "DS-HST-007")]
    [InlineData("/peer/jobs", """{"order":"x.y.z","analystKeys":""}""", "DS-SIG-001")]
    [InlineData("/peer/jobs", """{"order":null,"analystKeys":""}""", "DS-HST-007")]
    [InlineData("/peer/jobs", """{"order":"","analystKeys":"%%%"}""", "DS-HST-007")]
    [InlineData("/peer/receipts", "[]", "DS-HST-007")]
    [InlineData("/dsp/2025-1/catalog/request", "{", "DS-DSP-002")]
    public async Task Malformed_requests_of_a_member_are_refused(string path, string body, string code)
    {
        var bytes = Wire.Bytes(body);
        var caller = Space.Coordinator.Persona;
        var token = Kernel.Crypto.RequestToken.Create(caller.Signer, caller.Did, Space.SupplierA.Did, "POST", path, bytes, TimeProvider.System);
        var answer = await Space.SupplierA.Wire.SendAsync(HttpMethod.Post, path, bytes, token);
        Assert.True(answer.Status is >= 400 and < 500 && answer.ToString().Contains(code, StringComparison.Ordinal), answer.ToString());
    }

    /// <summary>A batch of a conversation that is nearly full takes one more of the longest messages: the server, which takes 8 MiB elsewhere, lets through what this endpoint says.</summary>
    [Fact]
    public async Task The_longest_messages_of_a_conversation_are_let_through()
    {
        const string Path = "/peer/jobs/none/messages";
        var bytes = new byte[RelayRequest.MaxBytes];
        Array.Fill(bytes, (byte)' ');
        Wire.Bytes("""{"from":0,"messages":[]}""").CopyTo(bytes, 0);
        var caller = Space.Coordinator.Persona;
        var token = Kernel.Crypto.RequestToken.Create(caller.Signer, caller.Did, Space.SupplierA.Did, "POST", Path, bytes, TimeProvider.System);
        var answer = await Space.SupplierA.Wire.SendAsync(HttpMethod.Post, Path, bytes, token);
        Assert.Contains("DS-JOB-007", answer.ToString(), StringComparison.Ordinal); // read to its end; there is no such job
    }

    [Fact]
    public async Task What_does_not_exist_says_so_with_a_code()
    {
        (await Space.Leader.GetAsync("/admin/jobs/none")).Refused("DS-CON-013", 404);
        (await Space.Leader.GetAsync("/admin/negotiations/none")).Refused("DS-CON-010", 404);
        (await Space.Leader.GetAsync("/nothing/here")).Refused("DS-HST-012", 404);
        (await Space.Coordinator.GetAsync("/admin/jobs/none/view")).Refused("DS-COO-001", 404);
    }
}
